//! Fitting the parameters of FSRS to a log, by the `fsrs` crate's optimiser. Deterministic: the same rows give the same
//! parameters. Not for judging the fit (`eval/`), and absent without the feature `optimize`.

use std::sync::{Arc, Mutex};

use fsrs::{CombinedProgressState, ComputeParametersInput, FSRSItem, FSRSReview, compute_parameters};

use super::eval::{Predictor, Row, predictors::FsrsPredictor};
use super::fsrs::Parameters;

/// Scored answers below which a fit says more of luck than of the learner.
pub const LEAST_SCORED: usize = 400;

/// How far a number of fits have come, to be looked at from another thread.
#[derive(Clone)]
pub struct Progress {
    fits: u32,
    state: Arc<Mutex<(u32, Arc<Mutex<CombinedProgressState>>)>>,
}

impl Progress {
    /// Begins with none done of a number of fits.
    #[must_use]
    pub fn of(fits: u32) -> Self {
        Self { fits, state: Arc::default() }
    }

    /// Returns the share done of all fits, `0.0..=1.0`.
    #[must_use]
    pub fn share(&self) -> f64 {
        let Ok(state) = self.state.lock() else { return 0.0 };
        let within = state.1.lock().map_or(0.0, |inner| {
            if inner.total() == 0 { 0.0 } else { inner.current() as f64 / inner.total() as f64 }
        });
        ((f64::from(state.0) + within) / f64::from(self.fits.max(1))).min(1.0)
    }

    /// Begins a fit; what it says of itself goes into what is returned.
    fn begin(&self) -> Arc<Mutex<CombinedProgressState>> {
        let fresh = Arc::default();
        if let Ok(mut state) = self.state.lock() {
            state.1 = Arc::clone(&fresh);
        }
        fresh
    }

    /// Ends a fit.
    fn end(&self) {
        if let Ok(mut state) = self.state.lock() {
            *state = (state.0 + 1, Arc::default());
        }
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
        progress: progress.map(Progress::begin),
        ..ComputeParametersInput::default()
    };
    let fitted = compute_parameters(input);
    if let Some(progress) = progress {
        progress.end();
    }
    let fitted = fitted.ok()?;
    let fitted: Vec<f64> = fitted.into_iter().map(f64::from).collect();
    Parameters::new(&fitted).ok()
}

/// Returns the predictor for a stretch of time: FSRS fitted to what came before it, or its defaults where that is too
/// little.
#[must_use]
pub fn predictor(past: &[Row], progress: Option<&Progress>) -> Box<dyn Predictor> {
    let scored = past.iter().filter(|row| row.showing.is_scored()).count();
    let fitted = if scored < LEAST_SCORED { None } else { fit(past, progress) };
    Box::new(FsrsPredictor::new("fsrs fitted", &fitted.unwrap_or(Parameters::DEFAULT)))
}
