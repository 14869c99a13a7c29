//! Takes connections and ends them well.
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{
    net::SocketAddr,
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore, watch},
    task::JoinSet,
};
use tower::ServiceExt;

/// A request's head has to be there after this, and a connection may be idle so long.
const HEAD: Duration = Duration::from_secs(60);
/// After a stop, whoever has connected may still take so long to send the first request.
const FIRST: Duration = Duration::from_millis(500);
/// Open connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 4096;
/// After a stop, requests under way may still take so long.
pub const GRACE: Duration = Duration::from_secs(15);

/// What answers: first the little that works before the desk is open, then all of it.
#[derive(Clone)]
pub struct Front {
    starting: Router,
    whole: Arc<OnceLock<Router>>,
}
impl Front {
    pub fn new(starting: Router) -> Front {
        Front { starting, whole: Arc::default() }
    }
    /// From now on everything answers.
    pub fn open(&self, whole: Router) {
        // Only `serve` opens it, once.
        let _ = self.whole.set(whole);
    }
    fn router(&self) -> Router {
        self.whole.get().unwrap_or(&self.starting).clone()
    }
}

/// Answers until `stop` becomes true, then finishes what is under way, 15 seconds at most.
pub async fn run(listener: TcpListener, front: Front, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    let for_connections = stop.clone();
    let take = |connections: &mut JoinSet<()>, (stream, peer): (TcpStream, SocketAddr), place| {
        let one = connection(stream, peer, front.clone(), for_connections.clone());
        connections.spawn(async move {
            one.await;
            drop::<tokio::sync::OwnedSemaphorePermit>(place);
        });
    };
    let mut stopped = pin!(async move { drop(stop.wait_for(|is_stopped| *is_stopped).await) });
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = &mut stopped => break,
            accepted = async {
                let place = places.clone().acquire_owned().await;
                (listener.accept().await, place)
            } => accepted,
        };
        match accepted {
            (Ok(peer), Ok(place)) => take(&mut connections, peer, place),
            (Err(cause), _) => {
                // Out of file handles: waiting helps, spinning does not.
                tracing::warn!(%cause, "the web server cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (_, Err(_)) => break,
        }
    }
    // Whoever has connected already is answered: the kernel would reset them. Nothing is awaited between the last
    // of them and the end of the listener.
    if let Ok(listener) = listener.into_std() {
        while let (Ok((stream, peer)), Ok(place)) = (listener.accept(), places.clone().try_acquire_owned()) {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                take(&mut connections, (stream, peer), place);
            }
        }
    }
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!("some requests were cut off at the end");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, front: Front, mut stop: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let has_asked = Arc::new(Notify::new());
    let asking = has_asked.clone();
    let service = tower::service_fn(move |request: Request<hyper::body::Incoming>| {
        asking.notify_one();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        front.router().oneshot(request)
    });
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut serving = pin!(serving);
    // An error here is the peer's: it went away, or it speaks no HTTP.
    tokio::select! {
        _ = serving.as_mut() => return,
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
    // Its first request may be on the way: without this it would be closed unread.
    tokio::select! {
        _ = serving.as_mut() => return,
        () = has_asked.notified() => {}
        () = tokio::time::sleep(FIRST) => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}
