//! Numbers about this process for Prometheus. No label ever holds what somebody sent.
mod store;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use platform::{
    Home,
    authority::{Grant, System},
    db,
};
use std::{sync::LazyLock, time::Duration};

/// Linux counts CPU time of processes in hundredths of a second, on every machine.
const TICKS_A_SECOND: f64 = 100.0;
const PAGE_BYTES: f64 = 4096.0;

/// What the process has measured so far. Clones share it.
#[derive(Clone)]
pub struct Readings(PrometheusHandle);

/// One recorder a process, whoever asks first.
static RECORDER: LazyLock<Readings> = LazyLock::new(|| {
    let steps = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("firstline_http_request_seconds".into()), &steps)
        .expect("there are steps")
        .build_recorder();
    let handle = recorder.handle();
    // Somebody else's recorder stays; then ours has nothing to show but the process itself.
    let _ = metrics::set_global_recorder(recorder);
    Readings(handle)
});

/// Starts measuring.
pub fn start() -> Readings {
    RECORDER.clone()
}

/// Keeps the histograms small for as long as the program runs.
pub async fn tidy(readings: Readings) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        readings.0.run_upkeep();
    }
}

/// The text format of Prometheus. What the database does not tell is left out.
pub async fn text(home: &Home, readings: &Readings) -> String {
    process();
    let (reads, writes) = home.db.waiting();
    metrics::gauge!("firstline_database_waiting", "work" => "read").set(reads as f64);
    metrics::gauge!("firstline_database_waiting", "work" => "write").set(writes as f64);
    metrics::counter!("firstline_database_statements_total").absolute(db::statements_run());
    if let Ok(counts) = Grant::<System>::system(home).read(|tx| store::counts(tx)).await {
        for (what, state, n) in counts {
            let gauge = match what.as_str() {
                "job" => metrics::gauge!("firstline_jobs", "state" => state),
                "inbound" => metrics::gauge!("firstline_inbound", "outcome" => state),
                "outbound" => metrics::gauge!("firstline_outbound", "state" => state),
                _ => metrics::gauge!("firstline_event_last"),
            };
            gauge.set(n as f64);
        }
    }
    if let Some(index) = home.extras.get::<search::Index>() {
        let mark = index.mark();
        metrics::gauge!("firstline_search_unread").set(index.waiting(1).map_or(0, |keys| keys.len()) as f64);
        metrics::gauge!("firstline_search_things").set(index.count() as f64);
        metrics::gauge!("firstline_search_position").set(mark.position as f64);
        metrics::gauge!("firstline_search_whole").set(f64::from(u8::from(mark.is_whole())));
    }
    readings.0.render()
}

/// The names are those that every Prometheus client library uses.
fn process() {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return };
    // The name of the program is in brackets and may hold anything.
    let Some((_, fields)) = stat.rsplit_once(") ") else { return };
    let number = |index: usize| fields.split(' ').nth(index).and_then(|text| text.parse::<f64>().ok());
    if let (Some(user), Some(system), Some(pages)) = (number(11), number(12), number(21)) {
        metrics::gauge!("process_cpu_seconds_total").set((user + system) / TICKS_A_SECOND);
        metrics::gauge!("process_resident_memory_bytes").set(pages * PAGE_BYTES);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(files.count() as f64);
    }
}
