//! The load balancer behind HTTP, so that a real client pages, parses errors, times out and retries.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::mem::take;
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
use crate::query::{self, to_xml};

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// How the server treats one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    Serve,
    /// Status 400 and the code `Throttling`.
    Throttle,
    /// Status 503 and an HTML page.
    Break,
    /// Close the connection without doing it.
    DropBefore,
    /// Do it and close the connection without an answer.
    DropAfter,
    /// Never answer.
    Hang,
}

/// A server on a free port of the loopback interface; it ends when dropped. `GET /calls` takes the names of the calls
/// since the last time, and the round trips: calls that came after the answer to the one before.
pub struct Server {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    runtime: Option<Runtime>,
}

#[derive(Default)]
struct State {
    elb: StrictElb,
    delay: Duration,
    /// The only one that is treated; empty for all.
    action: &'static str,
    treatments: VecDeque<Treatment>,
    calls: Vec<String>,
    round_trips: usize,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub fn start(elb: StrictElb) -> Self {
        Self::answering_after(Duration::ZERO, elb)
    }

    /// Every call takes this long, however many are made at once.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn answering_after(delay: Duration, elb: StrictElb) -> Self {
        let state = Arc::new(Mutex::new(State { elb, delay, ..State::default() }));
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

    /// The same for the next calls of one action, since concurrent calls come in any order.
    pub fn treat_only(&self, action: &'static str, treatments: impl IntoIterator<Item = Treatment>) {
        let mut state = lock(&self.state);
        (state.action, state.treatments) = (action, treatments.into_iter().collect());
    }

    /// The load balancer as it is now.
    pub fn elb(&self) -> StrictElb {
        lock(&self.state).elb.clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut StrictElb)) {
        change(&mut lock(&self.state).elb);
    }

    /// The names of the calls that have arrived, dropped ones too.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.state).calls.clone()
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

async fn accept(listener: std::net::TcpListener, state: Arc<Mutex<State>>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| respond(request, Arc::clone(&state)));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// An error makes the connection close without an answer.
async fn respond(request: Request<Incoming>, state: Arc<Mutex<State>>) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET && parts.uri.path() == "/calls" {
        let mut state = lock(&state);
        let calls = json!({"calls": take(&mut state.calls), "round_trips": take(&mut state.round_trips)});
        return Ok(response(StatusCode::OK, "application/json", calls.to_string()));
    }
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let (delay, round_trip) = {
        let state = lock(&state);
        (state.delay, state.round_trips + 1)
    };
    // The shortest sleep is a millisecond.
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let is_signed_form = parts.method == Method::POST
        && parts.uri.path() == "/"
        && parts.headers.contains_key("authorization")
        // Some clients add a charset.
        && parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(FORM));
    let query = query::parse(&body);
    let action = query["Action"].as_str().unwrap_or_default();
    let treatment = {
        let mut state = lock(&state);
        state.calls.push(action.to_owned());
        state.round_trips = state.round_trips.max(round_trip);
        let is_treated = state.action.is_empty() || state.action == action;
        let treatment = if is_treated { state.treatments.pop_front() } else { None };
        treatment.unwrap_or(Treatment::Serve)
    };
    let serve = || {
        let unsigned = Err(error("MalformedRequest", "not a signed POST"));
        if is_signed_form { query::answer(&query, &mut lock(&state).elb) } else { unsigned }
    };
    match treatment {
        Treatment::Serve => Ok(answer(action, &serve())),
        Treatment::Throttle => Ok(answer(action, &Err(error("Throttling", "Rate exceeded")))),
        Treatment::Break => Ok(response(StatusCode::SERVICE_UNAVAILABLE, "text/html", "<html>".to_owned())),
        Treatment::DropBefore => Err(io::Error::other("closed on purpose")),
        Treatment::DropAfter => {
            let _ = serve();
            Err(io::Error::other("closed on purpose"))
        }
        Treatment::Hang => pending().await,
    }
}

fn answer(action: &str, result: &Result<Value, ApiError>) -> Response<Full<Bytes>> {
    let status = if result.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    response(status, "text/xml", to_xml(action, result))
}

fn response(status: StatusCode, kind: &str, body: String) -> Response<Full<Bytes>> {
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}
