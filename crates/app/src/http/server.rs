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
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower::ServiceExt;

/// A request's head has to be there after this, and a connection may be idle so long.
const HEAD: Duration = Duration::from_secs(60);
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
    // Whoever has connected already is answered: the kernel would reset them.
    while let (Ok(Ok(peer)), Ok(place)) = (
        tokio::time::timeout(Duration::from_millis(10), listener.accept()).await,
        places.clone().try_acquire_owned(),
    ) {
        take(&mut connections, peer, place);
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!("some requests were cut off at the end");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, front: Front, mut stop: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let service = tower::service_fn(move |request: Request<hyper::body::Incoming>| {
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
        _ = stop.wait_for(|is_stopped| *is_stopped) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}
