//! The strict load balancer behind HTTP, speaking the query protocol of Elastic Load Balancing, so that
//! the real SDK client pages, parses errors, times out and retries against it.
//!
//! Protocol: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::strict::{ApiError, StrictElb, StrictRule};

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// How the server treats one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
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

struct Shared {
    elb: StrictElb,
    treatments: VecDeque<Treatment>,
    requests: Vec<String>,
    round_trips: usize,
}

/// A server on a free port of the loopback interface; it ends when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(elb: StrictElb) -> Self {
        Self::answering_after(Duration::ZERO, elb)
    }

    /// One that is some way off: every call takes this long, however many are made at once.
    pub(crate) fn answering_after(delay: Duration, elb: StrictElb) -> Self {
        let shared = Shared { elb, treatments: VecDeque::new(), requests: Vec::new(), round_trips: 0 };
        let shared = Arc::new(Mutex::new(shared));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let listener = TcpListener::from_std(listener).unwrap();
                    tokio::select! {
                        () = accept(listener, shared, delay) => {}
                        _ = stopped => {}
                    }
                });
            }
        });
        Self { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// How the next requests are treated; those after them are served.
    pub(crate) fn treat(&self, treatments: impl IntoIterator<Item = Treatment>) {
        self.lock().treatments = treatments.into_iter().collect();
    }

    pub(crate) fn elb(&self) -> StrictElb {
        self.lock().elb.clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut StrictElb)) {
        change(&mut self.lock().elb);
    }

    /// The names of the calls that have arrived, dropped ones too.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.lock().requests.clone()
    }

    /// How many calls have stood one behind the other: each came when the one before had been answered.
    #[allow(dead_code, reason = "for the bench, which uses this file too")]
    pub(crate) fn round_trips(&self) -> usize {
        self.lock().round_trips
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Mutex<Shared>>, delay: Duration) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(request, Arc::clone(&shared), delay));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// An error makes the connection close without an answer.
async fn respond(
    request: Request<Incoming>,
    shared: Arc<Mutex<Shared>>,
    delay: Duration,
) -> Result<Response<Full<Bytes>>, Closed> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let round_trip = shared.lock().unwrap_or_else(PoisonError::into_inner).round_trips + 1;
    // The shortest sleep is a millisecond.
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let proper = parts.method == hyper::Method::POST
        && parts.uri.path() == "/"
        && parts.headers.contains_key("authorization")
        // Some clients name a charset behind it.
        && parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(FORM));
    let query = Query::parse(&body);
    let treatment = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.requests.push(query.action.clone());
        shared.round_trips = shared.round_trips.max(round_trip);
        shared.treatments.pop_front().unwrap_or(Treatment::Serve)
    };
    let serve = || {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if proper {
            query.answer(&mut shared.elb)
        } else {
            Err(fault("MalformedRequest", "not a signed POST"))
        }
    };
    match treatment {
        Treatment::Serve => Ok(to_http(&query.action, serve())),
        Treatment::Throttle => Ok(to_http(&query.action, Err(fault("Throttling", "Rate exceeded")))),
        Treatment::Break => {
            let mut response = Response::new(Full::from("<html>Service Unavailable</html>"));
            *response.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
            Ok(response)
        }
        Treatment::DropBefore => Err(Closed),
        Treatment::DropAfter => {
            let _ = serve();
            Err(Closed)
        }
        Treatment::Hang => {
            std::future::pending::<Infallible>().await;
            Err(Closed)
        }
    }
}

#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// A request of the query protocol, its parameters still as they came.
struct Query {
    action: String,
    parameters: BTreeMap<String, String>,
}

impl Query {
    fn parse(body: &[u8]) -> Self {
        let mut parameters: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        Self { action: parameters.remove("Action").unwrap_or_default(), parameters }
    }

    /// The values of `name.member.1`, `name.member.2` and so on.
    fn members(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.member.{index}"))).collect()
    }

    /// The values of two fields of every member of a list.
    fn pairs(&self, name: &str, fields: [&str; 2]) -> Vec<[&str; 2]> {
        let field = |index: usize, field: &str| self.get(&format!("{name}.member.{index}.{field}"));
        (1..).map_while(|index| Some([field(index, fields[0])?, field(index, fields[1])?])).collect()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    fn one(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| fault("ValidationError", &format!("{name} is required")))
    }

    fn only_resource(&self) -> Result<&str, ApiError> {
        match self.members("ResourceArns")[..] {
            [arn] => Ok(arn),
            _ => Err(fault("ValidationError", "one resource was expected")),
        }
    }

    fn answer(&self, elb: &mut StrictElb) -> Result<String, ApiError> {
        if self.get("Version") != Some("2015-12-01") {
            return Err(fault("InvalidParameterValue", "Version"));
        }
        match self.action.as_str() {
            "DescribeRules" => {
                let size: u32 = self.get("PageSize").unwrap_or("400").parse().unwrap_or_default();
                if !(1..=400).contains(&size) {
                    return Err(fault("ValidationError", "PageSize"));
                }
                let page = elb.describe_rules(self.one("ListenerArn")?, self.get("Marker"))?;
                let rules: String = page.rules.iter().map(rule_xml).collect();
                let next = page.next.map(|next| element("NextMarker", &next)).unwrap_or_default();
                Ok(format!("<Rules>{rules}</Rules>{next}"))
            }
            "DescribeTags" => {
                let arn = self.only_resource()?;
                let tags = elb.describe_tags(arn)?.into_iter().map(|(key, value)| {
                    format!("<member>{}{}</member>", element("Key", &key), element("Value", &value))
                });
                let tags: String = tags.collect();
                let arn = element("ResourceArn", arn);
                Ok(format!("<TagDescriptions><member>{arn}<Tags>{tags}</Tags></member></TagDescriptions>"))
            }
            "AddTags" => {
                let tags = self.pairs("Tags", ["Key", "Value"]);
                let tags = tags.into_iter().map(|[key, value]| (key.to_owned(), value.to_owned())).collect();
                elb.add_tags(self.only_resource()?, &tags).map(|()| String::new())
            }
            "RemoveTags" => {
                let keys: Vec<String> = self.members("TagKeys").into_iter().map(str::to_owned).collect();
                elb.remove_tags(self.only_resource()?, &keys).map(|()| String::new())
            }
            "SetRulePriorities" => {
                let pairs = self.pairs("RulePriorities", ["RuleArn", "Priority"]).into_iter();
                let pairs: Vec<_> = pairs
                    .map(|[arn, priority]| (arn.to_owned(), priority.parse().unwrap_or_default()))
                    .collect();
                elb.set_rule_priorities(&pairs).map(|()| String::new())
            }
            "DescribeTargetHealth" => {
                let state = if elb.unhealthy.contains(self.one("TargetGroupArn")?) {
                    "unhealthy"
                } else {
                    "unavailable"
                };
                let health = format!("<TargetHealth>{}</TargetHealth>", element("State", state));
                Ok(format!("<TargetHealthDescriptions><member>{health}</member></TargetHealthDescriptions>"))
            }
            other => Err(fault("InvalidAction", other)),
        }
    }
}

fn rule_xml(rule: &StrictRule) -> String {
    let priority = rule.priority.map_or_else(|| "default".to_owned(), |priority| priority.to_string());
    let conditions = if rule.priority.is_some() {
        let values = format!("<Values>{}</Values>", element("member", &rule.path));
        let config = format!("<PathPatternConfig>{values}</PathPatternConfig>");
        format!("<member>{}{values}{config}</member>", element("Field", "path-pattern"))
    } else {
        String::new()
    };
    let region = rule.arn.region();
    let target =
        format!("arn:aws:elasticloadbalancing:{region}:123456789012:targetgroup/{}", rule.target_group);
    let action = format!("{}{}", element("Type", "forward"), element("TargetGroupArn", &target));
    format!(
        "<member>{}{}<IsDefault>{}</IsDefault><Conditions>{conditions}</Conditions>\
         <Actions><member>{action}</member></Actions></member>",
        element("RuleArn", rule.arn.as_str()),
        element("Priority", &priority),
        rule.priority.is_none(),
    )
}

fn element(name: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}

fn fault(code: &'static str, message: &str) -> ApiError {
    ApiError { code, message: message.to_owned() }
}

fn to_http(action: &str, result: Result<String, ApiError>) -> Response<Full<Bytes>> {
    const NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
    let id = element("RequestId", "f0e1d2c3-0000-4000-8000-000000000000");
    let (status, body) = match result {
        Ok(inner) => (
            hyper::StatusCode::OK,
            format!(
                "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{inner}</{action}Result>\
                 <ResponseMetadata>{id}</ResponseMetadata></{action}Response>"
            ),
        ),
        Err(ApiError { code, message }) => (
            hyper::StatusCode::BAD_REQUEST,
            format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type>{}{}</Error>{id}</ErrorResponse>",
                element("Code", code),
                element("Message", &message),
            ),
        ),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("text/xml"));
    response
}
