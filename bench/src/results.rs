//! All figures of one run of the bench.

use crate::authorities::Authorities;
use crate::callgrind::Instructions;
use crate::growth::{RequestGrowth, SwitchGrowth};
use crate::machine::Machine;
use crate::round_trips::RoundTrips;
use crate::size::Sizes;
use crate::timing::Timings;

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) responder: Timings,
    pub(crate) switcher: Timings,
    pub(crate) over_tls: Timings,
    pub(crate) round_trips: [RoundTrips; 3],
    pub(crate) responder_instructions: [Instructions; 3],
    pub(crate) switcher_instructions: [Instructions; 3],
    pub(crate) over_tls_instructions: [Instructions; 3],
    pub(crate) authorities: Authorities,
    pub(crate) sizes: Sizes,
    pub(crate) switch_growth: Vec<SwitchGrowth>,
    pub(crate) request_growth: Vec<RequestGrowth>,
}
