//! The figures as a page to read.

use crate::authorities::Authorities;
use crate::callgrind::Instructions;
use crate::growth::{RequestGrowth, SwitchGrowth};
use crate::machine::Machine;
use crate::samples::Samples;
use crate::size::{Size, Sizes};
use crate::targets;
use crate::timing::{REQUEST, RULES, Timing, Timings};

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) responder: Timings,
    pub(crate) switcher: Timings,
    pub(crate) over_tls: Timings,
    pub(crate) responder_instructions: [Instructions; 3],
    pub(crate) switcher_instructions: [Instructions; 3],
    pub(crate) authorities: Authorities,
    pub(crate) sizes: Sizes,
    pub(crate) switch_growth: Vec<SwitchGrowth>,
    pub(crate) request_growth: Vec<RequestGrowth>,
}

impl Results {
    pub(crate) fn to_markdown(&self) -> String {
        [
            self.introduction(),
            format!(
                "## maintenance-responder\n\nA request of {REQUEST} bytes that is answered with 503.\n\n{}",
                contest(&self.responder, &self.responder_instructions, self.sizes.responder, "bare runtime")
            ),
            format!(
                "## priority-switcher\n\nOne listener with {RULES} rules and the default one, all of which \
                 move; cold is a start, warm are ends and starts in turn. The load balancer is local, over \
                 plain HTTP.\n\n{}",
                contest(&self.switcher, &self.switcher_instructions, self.sizes.switcher, "bare SDK program")
            ),
            self.over_tls(),
            self.authorities(),
            self.targets(),
            self.growth_of_a_switch(),
            self.growth_of_a_request(),
        ]
        .join("\n")
    }

    fn introduction(&self) -> String {
        let Machine { date, processor, cores, memory_gib, kernel, load, versions } = &self.machine;
        let versions: Vec<_> = versions.iter().map(|(what, version)| format!("{what} {version}")).collect();
        format!(
            "# Measured\n\nMade by `make bench`; do not edit.\n\n\
             {date}, {cores} cores ({processor}), {memory_gib} GiB, Linux {kernel}, load {load} at the \
             beginning. {}.\n\n\
             All programs ran under the same local Lambda Runtime API and took turns. A time is the median of \
             all runs, in brackets the middle half of them. Instructions are valgrind's count; they do not \
             depend on what else the machine does. *init* is from the start of the process to its first \
             request for work, *cold* from the start to the first answer, *warm* one invocation after that. \
             The bare runtime answers every event with a constant; the bare SDK program makes the switcher's \
             calls for one listener; Python is a short script with boto3, which keeps no record and does not \
             verify, and so needs fewer calls.\n",
            versions.join(", ")
        )
    }

    fn over_tls(&self) -> String {
        let of = |what: &str, figure: fn(&Timing) -> &Samples| of_samples(&self.over_tls, what, figure);
        let rows = vec![
            of("init, ms", |timing| &timing.init),
            of("cold, ms", |timing| &timing.cold),
            of("warm, ms", |timing| &timing.warm),
            of("peak memory, KiB", |timing| &timing.memory),
        ];
        format!(
            "### Over TLS\n\nThe same through a relay with TLS, which adds the same time to everybody's calls. \
             The programs trust botocore's list of authorities and the relay's own. No instructions \
             here: under valgrind a handshake may take longer than the switcher waits.\n\n{}",
            table(&head("bare SDK program"), rows)
        )
    }

    fn authorities(&self) -> String {
        let Authorities { with, without } = &self.authorities;
        let rows = [("the system's", with), ("none", without)].map(|(which, start)| {
            vec![which.to_owned(), spread(&start.time), spread(&start.memory), thousands(start.instructions)]
        });
        let head = ["authorities", "cold, ms", "peak memory, KiB", "cold instructions, thousands"];
        format!(
            "### What the trusted authorities cost\n\nThe SDK's client reads the system's certificate \
             authorities when it is made, even to speak plain HTTP. How many files hold them differs between \
             systems.\n\n{}",
            table(&head, rows)
        )
    }

    fn targets(&self) -> String {
        let rows = targets::all(self).into_iter().map(|target| {
            vec![
                target.what.to_owned(),
                format!("{} {}", if target.at_least { "≥" } else { "≤" }, target.limit),
                format!("{:.2}", target.measured),
                if target.is_met() { "yes" } else { "**no**" }.to_owned(),
            ]
        });
        let missed: Vec<_> = targets::all(self)
            .into_iter()
            .filter(|target| !target.is_met())
            .map(|target| format!("- {}: {}\n", target.what, target.if_missed))
            .collect();
        format!("## Targets\n\n{}\n{}", table(&["target", "limit", "measured", "met"], rows), missed.concat())
    }

    fn growth_of_a_switch(&self) -> String {
        let rows = self.switch_growth.iter().map(|growth| {
            vec![
                growth.listeners.to_string(),
                growth.rules.to_string(),
                growth.ours.calls.to_string(),
                spread(&growth.ours.time),
                spread(&growth.ours.processor_time),
                growth.python.calls.to_string(),
                spread(&growth.python.time),
                spread(&growth.python.processor_time),
            ]
        });
        let head = [
            "listeners",
            "rules each",
            "calls",
            "cold, ms",
            "own, ms",
            "Python: calls",
            "cold, ms",
            "own, ms",
        ];
        format!(
            "## How a switch grows\n\nA start from cold. *own* is the function's processor time; what is \
             missing to *cold* is the local load balancer's, which has one thread and searches all its rules \
             at every write. On AWS the calls' round trips take its place.\n\n{}",
            table(&head, rows)
        )
    }

    fn growth_of_a_request(&self) -> String {
        let rows = self.request_growth.iter().map(|growth| {
            vec![
                growth.bytes.to_string(),
                thousands(growth.ours.warm),
                thousands(growth.bare.warm),
                ratio(growth.ours.warm, growth.bare.warm),
            ]
        });
        let head = ["request, bytes", "responder", "bare runtime", "ratio"];
        format!("## How a request grows\n\nInstructions per invocation.\n\n{}", table(&head, rows))
    }
}

/// A function's figures, one a line.
fn contest(timings: &Timings, instructions: &[Instructions; 3], sizes: [Size; 3], bare: &str) -> String {
    let of_instructions = |what: &str, figure: fn(&Instructions) -> f64| {
        let figures = instructions.each_ref().map(figure);
        row(what, figures.map(thousands), figures)
    };
    let of_sizes = |what: &str, figure: fn(Size) -> u64| {
        let [ours, bare, python] = sizes.map(figure).map(|bytes| grouped(bytes.to_string()));
        vec![what.to_owned(), ours, bare, python, String::new(), String::new()]
    };
    let mut rows = vec![
        of_samples(timings, "init, ms", |timing| &timing.init),
        of_samples(timings, "cold, ms", |timing| &timing.cold),
        of_samples(timings, "warm, ms", |timing| &timing.warm),
        of_samples(timings, "peak memory, KiB", |timing| &timing.memory),
        of_instructions("cold instructions, thousands", |one| one.cold),
        of_instructions("instructions per invocation, thousands", |one| one.warm),
        of_sizes("binary or script, bytes", |size| size.file),
        of_sizes("zip, bytes", |size| size.zip),
    ];
    if let [Some(ours), Some(bare), Some(python)] =
        timings.each_ref().map(|timing| timing.calls.last().copied())
    {
        let calls = |[start, end]: [usize; 2]| format!("{start}, {end}");
        let last = [String::new(), String::new()];
        rows.push(
            ["calls of a start, of an end".to_owned(), calls(ours), calls(bare), calls(python)]
                .into_iter()
                .chain(last)
                .collect(),
        );
    }
    table(&head(bare), rows)
}

fn head(bare: &str) -> [String; 6] {
    ["", "this project", bare, "Python", &format!("÷ {bare}"), "Python ÷ this project"].map(str::to_owned)
}

fn of_samples(timings: &Timings, what: &str, figure: fn(&Timing) -> &Samples) -> Vec<String> {
    let medians = timings.each_ref().map(|timing| figure(timing).median());
    row(what, timings.each_ref().map(|timing| spread(figure(timing))), medians)
}

fn row(what: &str, cells: [String; 3], [ours, bare, python]: [f64; 3]) -> Vec<String> {
    let ratios = [ratio(ours, bare), ratio(python, ours)];
    [what.to_owned()].into_iter().chain(cells).chain(ratios).collect()
}

fn spread(samples: &Samples) -> String {
    let (low, high) = samples.quartiles();
    format!("{} ({}–{})", figure(samples.median()), figure(low), figure(high))
}

/// Three digits that say something.
fn figure(value: f64) -> String {
    let digits = if value < 1.0 {
        3
    } else if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    grouped(format!("{value:.digits$}"))
}

fn thousands(instructions: f64) -> String {
    grouped(format!("{:.1}", instructions / 1e3))
}

fn ratio(of: f64, to: f64) -> String {
    format!("{} ×", figure(of / to))
}

/// With a comma before every three digits of the whole part.
fn grouped(number: String) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let mut number = number;
    for place in (1..whole).rev().filter(|place| (whole - place).is_multiple_of(3)) {
        number.insert(place, ',');
    }
    number
}

fn table<H: ToString>(head: &[H], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let mut table = line(&head) + &format!("|{}\n", "---|".repeat(head.len()));
    table.extend(rows.into_iter().map(|row| line(&row)));
    table
}
