//! Fitting the parameters of FSRS to a log, by the `fsrs` crate's optimiser. Deterministic: the same rows give the same
//! parameters. Not for judging the fit (`eval/`), and absent without the feature `optimize`.

use std::sync::{Arc, Mutex};

use fsrs::{CombinedProgressState, ComputeParametersInput, FSRSItem, FSRSReview, compute_parameters};

use super::eval::{Predictor, Row, predictors::FsrsPredictor};
use super::fsrs::Parameters;

/// Scored answers below which a fit says more of luck than of the learner.
pub const LEAST_SCORED: usize = 400;

/// How far a fit has come, to be looked at from another thread.
#[derive(Clone, Default)]
pub struct Progress(Arc<Mutex<CombinedProgressState>>);

impl Progress {
    /// Returns the items done and the items there are; zeros before the fit has begun.
    #[must_use]
    pub fn share(&self) -> (usize, usize) {
        self.0.lock().map_or((0, 0), |state| (state.current(), state.total()))
    }
}

/// Fits parameters to rows. `None` when there is too little to learn from.
#[must_use]
pub fn fit(rows: &[Row], progress: Option<&Progress>) -> Option<Parameters> {
    let mut histories: Vec<Vec<FSRSReview>> = Vec::new();
    let mut train_set = Vec::new();
    for row in rows {
        let card = row.showing.card;
        if card >= histories.len() {
            histories.resize(card + 1, Vec::new());
        }
        let history = &mut histories[card];
        history.push(FSRSReview {
            rating: u32::from(row.grade.number()),
            delta_t: if history.is_empty() { 0 } else { row.showing.days.unwrap_or(0) },
        });
        if row.showing.is_scored() {
            train_set.push(FSRSItem { reviews: history.clone() });
        }
    }
    if train_set.is_empty() {
        return None;
    }
    let input = ComputeParametersInput {
        train_set,
        progress: progress.map(|progress| Arc::clone(&progress.0)),
        ..ComputeParametersInput::default()
    };
    let fitted = compute_parameters(input).ok()?;
    let fitted: Vec<f64> = fitted.into_iter().map(f64::from).collect();
    Parameters::new(&fitted).ok()
}

/// Returns the predictor for a stretch of time: FSRS fitted to what came before it, or its defaults where that is too
/// little.
#[must_use]
pub fn predictor(past: &[Row]) -> Box<dyn Predictor> {
    let scored = past.iter().filter(|row| row.showing.is_scored()).count();
    let fitted = if scored < LEAST_SCORED { None } else { fit(past, None) };
    Box::new(FsrsPredictor::new("fsrs fitted", &fitted.unwrap_or(Parameters::DEFAULT)))
}
