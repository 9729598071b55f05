//! The Lambda Runtime API for one function process, answering from the thread that read the request: no
//! queue and no scheduler stand between a function and the clock.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::Result;

/// One invocation, as seen from here.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    handed_out: Instant,
    pub(crate) answered: Instant,
}

impl Invocation {
    pub(crate) fn duration(&self) -> Duration {
        self.answered - self.handed_out
    }
}

#[derive(Default)]
struct State {
    /// When the function asked for work for the first time.
    ready: Option<Instant>,
    events: VecDeque<Arc<str>>,
    /// The connection of a function that waits for work.
    waiting: Option<TcpStream>,
    handed_out: Option<Instant>,
    invocations: Vec<Invocation>,
    failure: Option<String>,
    is_over: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The server; it ends when dropped.
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback interface.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().flatten() {
                    if shared.lock().is_over {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || {
                        if let Err(error) = serve(stream, &shared) {
                            shared.fail(error.to_string());
                        }
                    });
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// Hands out these events one after the other; returns when the function waits for more.
    pub(crate) fn run(&self, events: impl IntoIterator<Item = Arc<str>>, limit: Duration) -> Result<()> {
        let mut state = self.shared.lock();
        state.events.extend(events);
        state.hand_out()?;
        let busy = |state: &mut State| {
            state.failure.is_none()
                && (state.waiting.is_none() || !state.events.is_empty() || state.handed_out.is_some())
        };
        let (state, time) = self
            .shared
            .changed
            .wait_timeout_while(state, limit, busy)
            .unwrap_or_else(PoisonError::into_inner);
        match &state.failure {
            Some(failure) => Err(failure.clone().into()),
            None if time.timed_out() => Err("the function took too long".into()),
            None => Ok(()),
        }
    }

    pub(crate) fn ready(&self) -> Option<Instant> {
        self.shared.lock().ready
    }

    pub(crate) fn invocations(&self) -> Vec<Invocation> {
        self.shared.lock().invocations.clone()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        // The acceptor looks only when somebody comes.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, failure: String) {
        self.lock().failure.get_or_insert(failure);
        self.changed.notify_all();
    }
}

impl State {
    /// Gives the next event to the function that waits, if there are both.
    fn hand_out(&mut self) -> Result<()> {
        if self.waiting.is_none() {
            return Ok(());
        }
        let Some(event) = self.events.pop_front() else { return Ok(()) };
        let Some(mut stream) = self.waiting.take() else { return Ok(()) };
        let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)? + Duration::from_hours(1);
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
             lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
             lambda-runtime-deadline-ms: {}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:bench\r\n\
             lambda-runtime-trace-id: Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Parent=44b8c2d2f2d8a5b0;Sampled=0\r\n\
             content-length: {}\r\n\r\n{event}",
            deadline.as_millis(),
            event.len(),
        );
        self.handed_out = Some(Instant::now());
        stream.write_all(answer.as_bytes())?;
        Ok(())
    }
}

/// What a function asks for.
struct Request {
    path: String,
    body: Vec<u8>,
}

/// Serves one connection until the function closes it.
fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    while let Some(request) = read(&mut reader) {
        let now = Instant::now();
        let stream = reader.get_mut();
        let mut state = shared.lock();
        if request.path.ends_with("/invocation/next") {
            state.ready.get_or_insert(now);
            state.waiting = Some(stream.try_clone()?);
            state.hand_out()?;
        } else if request.path.ends_with("/response") {
            let handed_out = state.handed_out.take().ok_or("an answer that nothing was asked for")?;
            state.invocations.push(Invocation { handed_out, answered: now });
            stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        } else {
            let body = String::from_utf8_lossy(&request.body);
            return Err(format!("the function reported to {}: {body}", request.path).into());
        }
        if state.events.is_empty() {
            shared.changed.notify_all();
        }
    }
    Ok(())
}

/// Nothing at the end of the connection, which for a killed function may be anywhere.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { path, body })
}
