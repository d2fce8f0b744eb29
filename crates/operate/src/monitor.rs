//! What watches a service: `/health`, `/status` and `/metrics` over HTTP, on this computer only.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::OperateError;

/// Connections answered at once: a scraper and a few people.
const CONNECTIONS_MAX: usize = 16;

/// How long one connection may take.
const CONNECTION_TIME_MAX: Duration = Duration::from_secs(10);

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// How a number behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// Goes up and down.
    Level(f64),
    /// Only ever goes up while the process runs.
    Count(u64),
}

/// A number with its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Metric {
    /// As in the metrics table of docs/operating.md, without the `carekey_` in front.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
    /// Its value.
    pub(crate) reading: Reading,
}

/// A look at the service.
pub(crate) struct Seen {
    /// Whether it does what it is there for.
    pub(crate) healthy: bool,
    /// Everything, as JSON.
    pub(crate) status: serde_json::Value,
    /// The numbers.
    pub(crate) metrics: Vec<Metric>,
}

type Look = Arc<dyn Fn() -> Seen + Send + Sync>;

/// Serves until it is dropped.
pub(crate) struct Monitor {
    task: JoinHandle<()>,
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Monitor {
    /// Binds the port and serves. `look` may wait for the disk.
    pub(crate) async fn start(
        address: SocketAddr,
        look: impl Fn() -> Seen + Send + Sync + 'static,
    ) -> Result<Self, OperateError> {
        let listener = TcpListener::bind(address).await.map_err(|source| OperateError::Monitor { address, source })?;
        Ok(Self { task: tokio::spawn(serve(listener, Arc::new(look))) })
    }
}

async fn serve(listener: TcpListener, look: Look) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: somebody else has to give one back first.
                tracing::warn!(%error, "the monitor cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let look = Arc::clone(&look);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| answer(Arc::clone(&look), request));
            let mut http = hyper::server::conn::http1::Builder::new();
            let connection = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // Whoever leaves early or talks nonsense is no event of the service's.
            let _ = timeout(CONNECTION_TIME_MAX, connection).await;
            drop(place);
        });
    }
}

async fn answer(look: Look, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if request.method() != Method::GET || !["/health", "/status", "/metrics"].contains(&path.as_str()) {
        return Ok(response(StatusCode::NOT_FOUND, "text/plain", "/health, /status, /metrics\n".to_owned()));
    }
    let Ok(seen) = tokio::task::spawn_blocking(move || look()).await else {
        return Ok(response(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()));
    };
    Ok(match path.as_str() {
        "/metrics" => {
            const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            response(StatusCode::OK, OPEN_METRICS, in_prometheus(&seen.metrics))
        }
        "/health" if !seen.healthy => {
            response(StatusCode::SERVICE_UNAVAILABLE, "application/json", seen.status.to_string())
        }
        _ => response(StatusCode::OK, "application/json", seen.status.to_string()),
    })
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}

fn in_prometheus(metrics: &[Metric]) -> String {
    let mut registry = Registry::with_prefix("carekey");
    for metric in metrics {
        match metric.reading {
            Reading::Level(value) => {
                let gauge = Gauge::<f64, AtomicU64>::default();
                gauge.set(value);
                registry.register(metric.name, metric.help, gauge);
            }
            Reading::Count(value) => registry.register(metric.name, metric.help, ConstCounter::new(value)),
        }
    }
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = encode(&mut text, &registry);
    text
}

/// Asks a service's monitor: the HTTP status and the body.
///
/// # Errors
/// When nobody answers there, or not in HTTP.
pub async fn ask(monitor: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
    let asking = async {
        let mut stream = TcpStream::connect(monitor).await?;
        // HTTP/1.0: the answer ends where the connection does.
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {monitor}\r\n\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer);
        let parts = answer.split_once("\r\n\r\n").and_then(|(head, body)| {
            let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
            Some((status, body.to_owned()))
        });
        parts.ok_or_else(|| std::io::Error::other("somebody else answers there"))
    };
    timeout(CONNECTION_TIME_MAX, asking).await.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn health_status_and_metrics_are_answered_and_nothing_else() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        let look = || Seen {
            healthy: false,
            status: json!({"height": 7}),
            metrics: vec![
                Metric { name: "height", help: "Blocks", reading: Reading::Level(7.0) },
                Metric { name: "sent_bytes", help: "Bytes", reading: Reading::Count(9) },
            ],
        };
        let monitor = Monitor::start(port, look).await.expect("started");
        assert_eq!(ask(port, "/health").await.expect("answered"), (503, r#"{"height":7}"#.to_owned()));
        assert_eq!(ask(port, "/status").await.expect("answered").0, 200);
        let (_, metrics) = ask(port, "/metrics").await.expect("answered");
        assert!(
            metrics.contains("carekey_height 7.0\n") && metrics.contains("carekey_sent_bytes_total 9\n"),
            "{metrics}"
        );
        assert_eq!(ask(port, "/secret").await.expect("answered").0, 404);
        drop(monitor);
    }
}
