//! The search for one failure: cases run in order until one fails.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::case::Case;
use crate::event::CaseResult;
use crate::judge::{RequestIds, Verdict};
use crate::spec::model::Specs;

use super::cost::is_exclusive;
use super::order::judge_repeats;
use super::session::Session;
use super::{remove_shared, run_case};

/// Number of cases that run in parallel at first; it doubles each time that none has failed.
const FIRST_PARALLEL: usize = 4;

/// Maximum number of cases that run in parallel.
const MAX_PARALLEL: usize = 32;

/// The result of a hunt.
#[derive(Debug)]
pub struct FailureSearch {
    /// The first case, in the order given, that failed.
    pub failed: Option<CaseResult>,
    /// Number of cases run.
    pub tried: usize,
}

/// Runs cases in order until one fails. Cases that are running at that time are finished and cleaned up.
pub async fn run_until_failure(session: &Session, specs: &Specs, cases: &[Arc<Case>]) -> FailureSearch {
    let mut ids = RequestIds::default();
    let (mut from, mut width) = (0, FIRST_PARALLEL);
    while from < cases.len() {
        let alone = is_exclusive(specs, &cases[from], session.ceiling);
        let wanted = if alone { 1 } else { width };
        let together = cases[from..].iter().take(wanted);
        let chunk: Vec<_> =
            together.take_while(|case| alone || !is_exclusive(specs, case, session.ceiling)).collect();
        if alone {
            remove_shared(session, specs).await;
        }
        let results = join_all(chunk.iter().map(|case| run_case(session, specs, case))).await;
        from += results.len();
        width = (width * 2).min(MAX_PARALLEL);
        for mut result in results {
            judge_repeats(&mut ids, specs, &mut result);
            if matches!(result.verdict, Verdict::Fail { .. }) {
                return FailureSearch { failed: Some(result), tried: from };
            }
        }
    }
    FailureSearch { failed: None, tried: from }
}
