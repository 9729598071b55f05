//! The load balancer behind HTTP, so that a real client pages, parses errors, times out and retries.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::mem::take;
use std::sync::{Arc, Mutex};
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
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
    pub endpoint: String,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

struct State {
    elb: StrictElb,
    delay: Duration,
    /// The only one that is treated; empty for all.
    action: &'static str,
    treatments: VecDeque<Treatment>,
    calls: Vec<String>,
    round_trips: usize,
}

impl Server {
    /// Every call takes `delay`, however many are made at once.
    pub fn start(elb: StrictElb, delay: Duration) -> Self {
        let (action, treatments, calls) = ("", VecDeque::new(), Vec::new());
        let state = Arc::new(Mutex::new(State { elb, delay, action, treatments, calls, round_trips: 0 }));
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(accept(listener, Arc::clone(&state)));
        Self { endpoint, state, _runtime: runtime }
    }

    /// How the next calls of an action are treated, or of all where it is empty; those after them are served.
    pub fn treat(&self, action: &'static str, treatments: impl IntoIterator<Item = Treatment>) {
        let mut state = self.state.lock().unwrap();
        (state.action, state.treatments) = (action, treatments.into_iter().collect());
    }

    pub fn elb(&self) -> StrictElb {
        self.state.lock().unwrap().elb.clone()
    }

    /// The names of the calls that have arrived, dropped ones too.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
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
        let mut state = state.lock().unwrap();
        let calls = json!({"calls": take(&mut state.calls), "round_trips": take(&mut state.round_trips)});
        return Ok(response(StatusCode::OK, "application/json", calls.to_string()));
    }
    let query = query::parse(&body.collect().await.map_err(io::Error::other)?.to_bytes());
    let action = query["Action"].as_str().unwrap_or_default();
    let delay = state.lock().unwrap().delay;
    let round_trip = state.lock().unwrap().round_trips + 1;
    // The shortest sleep is a millisecond.
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let treatment = {
        let mut state = state.lock().unwrap();
        state.calls.push(action.to_owned());
        state.round_trips = state.round_trips.max(round_trip);
        let is_treated = state.action.is_empty() || state.action == action;
        if is_treated { state.treatments.pop_front() } else { None }
    };
    let is_signed = parts.headers.contains_key("authorization");
    let serve = || {
        let unsigned = Err(error("MissingAuthenticationToken", "not signed"));
        if is_signed { query::answer(&query, &mut state.lock().unwrap().elb) } else { unsigned }
    };
    let closed = Err(io::Error::other("closed on purpose"));
    match treatment {
        None => Ok(answer(action, &serve())),
        Some(Treatment::Throttle) => Ok(answer(action, &Err(error("Throttling", "Rate exceeded")))),
        Some(Treatment::Break) => {
            Ok(response(StatusCode::SERVICE_UNAVAILABLE, "text/html", "<html>".to_owned()))
        }
        Some(Treatment::DropBefore) => closed,
        Some(Treatment::DropAfter) => {
            drop(serve());
            closed
        }
        Some(Treatment::Hang) => pending().await,
    }
}

fn answer(action: &str, result: &Result<Value, ApiError>) -> Response<Full<Bytes>> {
    let status = if result.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    response(status, "text/xml", to_xml(action, result))
}

fn response(status: StatusCode, kind: &str, body: String) -> Response<Full<Bytes>> {
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}
