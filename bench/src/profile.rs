//! Where the functions' instructions go. `make profile` calls it with functions that have kept their symbols.

mod costs;
mod origin;

use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::path::Path;

use crate::load_balancer::LoadBalancer;
use crate::page::number::{share, thousands};
use crate::page::table::table;
use crate::program::Program;
use crate::timing::{REQUEST, RULES};
use crate::{Result, callgrind, events};
use costs::{Costs, Function};

/// Enough that the heap and the connection are what they will stay.
const REQUESTS: u32 = 200;
/// The functions that get a line.
const FUNCTIONS: usize = 15;
/// Of their names, which say all parameters.
const LENGTH: usize = 110;
/// The least share of the instructions that gets a line for where they are from.
const LEAST: f64 = 0.001;

/// The page in Markdown.
pub(crate) fn markdown(builds: &Path) -> Result<String> {
    let responder = responder(&Program::native(builds.join("maintenance-responder")))?;
    let switcher = switcher(&Program::native(builds.join("priority-switcher")))?;
    let request = format!("One request of {REQUEST} bytes: the average of {REQUESTS} after the first.");
    let start = format!(
        "A start of maintenance of one listener with {RULES} rules, from the start of the process to the \
         answer, over plain HTTP."
    );
    Ok([
        "# Where the instructions go\n\nMade by `make profile`; do not edit.\n\nEvery function's own \
         instructions, without those of the functions that it calls, counted by valgrind. What the compiler \
         has inlined counts for the function around it, and may be another crate's. The processor that valgrind \
         imitates has no instructions for SHA-256, with which calls are signed: `sha2` is small where the real \
         one has them. *start-up* is what the dynamic loader does; most of it is relocating the program.\n"
            .to_owned(),
        section("maintenance-responder", &request, &responder),
        section("priority-switcher", &start, &switcher),
    ]
    .join("\n"))
}

fn responder(program: &Program) -> Result<Costs> {
    let request = events::request(REQUEST)?;
    let run = |count| Costs::read(&callgrind::run(program, &[], repeat_n(request.clone(), count))?);
    let all = run(1 + usize::try_from(REQUESTS)?)?;
    Ok(all.without(&run(1)?).of_one_in(f64::from(REQUESTS)))
}

fn switcher(program: &Program) -> Result<Costs> {
    let load_balancer = LoadBalancer::start(1, RULES)?;
    Costs::read(&callgrind::run(program, &load_balancer.variables(), events::switches().take(1))?)
}

fn section(name: &str, what: &str, costs: &Costs) -> String {
    let total: f64 = costs.iter().map(|(_, cost)| cost).sum();
    let mut origins = BTreeMap::<_, f64>::new();
    for (function, cost) in costs.iter() {
        *origins.entry(origin::of(function)).or_default() += cost;
    }
    let origins = largest_first(origins)
        .take_while(|(_, cost)| cost / total >= LEAST)
        .map(|(origin, cost)| vec![origin.to_owned(), thousands(cost), share(cost, total)]);
    let functions = largest_first(costs.iter()).take(FUNCTIONS).map(|(function, cost)| {
        let Function { name, .. } = function;
        vec![
            format!("`{name:.LENGTH$}`"),
            origin::of(function).to_owned(),
            thousands(cost),
            share(cost, total),
        ]
    });
    format!(
        "## {name}\n\n{what} {} thousand instructions.\n\n{}\n{}",
        thousands(total),
        table(&["from", "instructions, thousands", "share"], origins),
        table(&["function", "from", "instructions, thousands", "share"], functions),
    )
}

fn largest_first<T>(costs: impl IntoIterator<Item = (T, f64)>) -> impl Iterator<Item = (T, f64)> {
    let mut costs: Vec<_> = costs.into_iter().collect();
    costs.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    costs.into_iter()
}
