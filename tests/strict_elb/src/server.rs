//! The load balancer behind HTTP, so that a real client pages, parses errors, times out and retries
//! against it.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::time::sleep;

use crate::load_balancer::{ApiError, StrictElb, error};
use crate::query::{Query, to_xml};

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// How the server treats one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    Serve,
    /// Refuse it for its rate, as the API does: status 400, code `Throttling`.
    Throttle,
    /// Status 503 and a page that is no answer of the API.
    Break,
    /// Close the connection and do nothing.
    DropBefore,
    /// Do it and close the connection without a word.
    DropAfter,
    /// Take it and never answer.
    Hang,
}

/// A server on a free port of the loopback interface; it ends when dropped. `GET /calls` takes the names
/// of the calls that have come since the last time, and how many of them stood one behind the other:
/// each came when the one before had been answered.
pub struct Server {
    pub address: SocketAddr,
    state: Arc<State>,
    runtime: Option<Runtime>,
}

struct State {
    delay: Duration,
    inner: Mutex<Inner>,
}

struct Inner {
    elb: StrictElb,
    /// The only one that is treated; empty for all.
    action: &'static str,
    treatments: VecDeque<Treatment>,
    calls: Vec<String>,
    round_trips: usize,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    pub fn start(elb: StrictElb) -> Self {
        Self::answering_after(Duration::ZERO, elb)
    }

    /// One that is some way off: every call takes this long, however many are made at once.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn answering_after(delay: Duration, elb: StrictElb) -> Self {
        let inner = Inner { elb, action: "", treatments: VecDeque::new(), calls: Vec::new(), round_trips: 0 };
        let state = Arc::new(State { delay, inner: Mutex::new(inner) });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, runtime: Some(runtime) }
    }

    /// How the next requests are treated; those after them are served.
    pub fn treat(&self, treatments: impl IntoIterator<Item = Treatment>) {
        self.treat_only("", treatments);
    }

    /// The same for the next calls of one action, since calls that are made at once come in any order.
    pub fn treat_only(&self, action: &'static str, treatments: impl IntoIterator<Item = Treatment>) {
        let mut state = self.state.lock();
        (state.action, state.treatments) = (action, treatments.into_iter().collect());
    }

    /// The load balancer as it is now.
    pub fn elb(&self) -> StrictElb {
        self.state.lock().elb.clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut StrictElb)) {
        change(&mut self.state.lock().elb);
    }

    /// The names of the calls that have arrived, dropped ones too.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().calls.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Some tests drop it where nothing may block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: std::net::TcpListener, state: Arc<State>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| respond(request, Arc::clone(&state)));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// An error makes the connection close without an answer.
async fn respond(request: Request<Incoming>, state: Arc<State>) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET && parts.uri.path() == "/calls" {
        let mut state = state.lock();
        let calls = json!({"calls": state.calls, "round_trips": state.round_trips});
        (state.calls, state.round_trips) = (Vec::new(), 0);
        return Ok(response(StatusCode::OK, "application/json", calls.to_string()));
    }
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let round_trip = state.lock().round_trips + 1;
    // The shortest sleep is a millisecond.
    if !state.delay.is_zero() {
        sleep(state.delay).await;
    }
    let proper = parts.method == Method::POST
        && parts.uri.path() == "/"
        && parts.headers.contains_key("authorization")
        // Some clients name a charset behind it.
        && parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(FORM));
    let query = Query::parse(&body);
    let treatment = {
        let mut state = state.lock();
        state.calls.push(query.action.clone());
        state.round_trips = state.round_trips.max(round_trip);
        let is_treated = state.action.is_empty() || state.action == query.action;
        let treatment = if is_treated { state.treatments.pop_front() } else { None };
        treatment.unwrap_or(Treatment::Serve)
    };
    let serve = || {
        if proper {
            query.answer(&mut state.lock().elb)
        } else {
            Err(error("MalformedRequest", "not a signed POST"))
        }
    };
    match treatment {
        Treatment::Serve => Ok(answer(&query, &serve())),
        Treatment::Throttle => Ok(answer(&query, &Err(error("Throttling", "Rate exceeded")))),
        Treatment::Break => {
            let page = "<html>Service Unavailable</html>";
            Ok(response(StatusCode::SERVICE_UNAVAILABLE, "text/html", page.to_owned()))
        }
        Treatment::DropBefore => Err(io::Error::other("closed on purpose")),
        Treatment::DropAfter => {
            let _ = serve();
            Err(io::Error::other("closed on purpose"))
        }
        Treatment::Hang => pending().await,
    }
}

fn answer(query: &Query, result: &Result<Value, ApiError>) -> Response<Full<Bytes>> {
    let status = if result.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    response(status, "text/xml", to_xml(&query.action, result))
}

fn response(status: StatusCode, kind: &str, body: String) -> Response<Full<Bytes>> {
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}
