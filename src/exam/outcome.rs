//! What a sitting comes to: the decision with its error bounds, the score with its interval, where it was weak, how
//! well the learner knew what they knew.
//! Pure: numbers, and the sentences that tell them. Not for laying them out (`view/exam.rs`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sitting::{Ending, Sitting};
use super::{Confidence, Item, Stop};
use crate::card::Level;
use crate::progress::binomial;

/// The confidence at which intervals are given.
pub const INTERVAL: f64 = 0.95;

/// What a sitting came to. Kept as it is when the sitting ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Why it is over, as [`Ending::name`] has it.
    pub ended: String,
    /// Whether it is passed; for a placement, whether any level is.
    pub passed: bool,
    /// The highest level passed, in a placement.
    pub placed: Option<Level>,
    /// Items that count.
    pub items: u32,
    /// Items of which all was right.
    pub right: u32,
    /// The interval for the share of items that the learner gets right.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The errors of the decision, where it was settled by the test.
    pub errors: Option<Errors>,
    /// Right answers needed, in an exam of fixed length.
    pub needed: Option<u32>,
    /// Time spent, in milliseconds.
    pub took_ms: u64,
    /// By area, in the order of the knowledge map.
    pub areas: Vec<Part>,
    /// By resource.
    pub resources: Vec<Part>,
    /// By concept, the weakest first.
    pub concepts: Vec<Part>,
    /// By level, in a placement: those that were asked.
    pub levels: Vec<Part>,
    /// How many were problems, and of how many kinds; `None` in sittings that were kept before this was counted.
    #[serde(default)]
    pub problems: Option<Problems>,
    /// How sure the learner was, and how rightly; empty where it was not asked.
    pub calibration: Vec<Reliability>,
    /// The mean square between promise and outcome (Brier 1950): 0 is perfect, 0.25 a coin's.
    pub brier: Option<f64>,
}

/// How often the test errs, computed exactly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Share of items right without mastery, at the most.
    pub p0: f64,
    /// Share of items right with mastery, at the least.
    pub p1: f64,
    /// Probability with which someone at `p0` passes.
    pub passed_wrongly: f64,
    /// Probability with which someone at `p1` fails.
    pub failed_wrongly: f64,
}

/// The problems with values of their own among the items of an exam.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// Items that were problems.
    pub items: u32,
    /// Cards that they were drawn from.
    pub cards: u32,
    /// How often the card came that came most.
    pub most: u32,
}

/// How often one problem may come before the result says that there were few.
const OFTEN: u32 = 3;

/// Right answers within a part of an exam.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which part.
    pub name: String,
    /// Items.
    pub items: u32,
    /// Of these right.
    pub right: u32,
}

/// What the learner promised with one word, and what came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// The word.
    pub confidence: Confidence,
    /// Answers given with it.
    pub items: u32,
    /// Of these right.
    pub right: u32,
}

impl Problems {
    /// Says where problems were too few for the exam to ask another each time; `None` where they were enough.
    fn words(self) -> Option<String> {
        match self {
            Self { items: 0, .. } => {
                Some("none of the items was a problem with values of its own".to_owned())
            }
            Self { items, cards: 1, most } if most > OFTEN => Some(format!(
                "there was one problem to draw from: it came {items} times, its values drawn anew"
            )),
            Self { items, cards, most } if most > OFTEN => Some(format!(
                "there were few problems to draw from: {items} items came from {cards}, their values drawn anew"
            )),
            _ => None,
        }
    }
}

impl Outcome {
    /// Works out what a sitting came to.
    #[must_use]
    pub fn of(sitting: &Sitting) -> Self {
        let paper = sitting.paper();
        let item_of = |number: u32| -> Option<(usize, &Item)> {
            paper.sections.iter().enumerate().find_map(|(place, section)| {
                section.items.iter().find(|item| item.number == number).map(|item| (place, item))
            })
        };
        let counted: Vec<_> = sitting
            .marked()
            .iter()
            .filter(|marked| marked.share.is_some())
            .filter_map(|marked| item_of(marked.number).map(|(section, item)| (section, item, marked)))
            .collect();
        let items = count(counted.len());
        let right = count(counted.iter().filter(|(_, _, marked)| marked.is_right()).count());
        let ending = sitting.ending().unwrap_or(Ending::Left);
        let is_placement = paper.sections.len() > 1;
        let levels_passed = sitting.levels_passed();
        let exact = sitting.test().filter(|_| !is_placement && ending == Ending::Settled);
        let (low, high) = exact
            .and_then(|test| test.interval(right, items, INTERVAL))
            .unwrap_or_else(|| binomial::interval(right, items, INTERVAL));
        let tally = |name: &dyn Fn(usize, &Item) -> Option<String>| -> Vec<Part> {
            let mut parts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
            for (section, item, marked) in &counted {
                let Some(name) = name(*section, item) else { continue };
                let part = parts.entry(name).or_default();
                part.0 += 1;
                part.1 += u32::from(marked.is_right());
            }
            parts.into_iter().map(|(name, (items, right))| Part { name, items, right }).collect()
        };
        let mut times: BTreeMap<i64, u32> = BTreeMap::new();
        for (_, item, _) in counted.iter().filter(|(_, item, _)| item.problem.is_some()) {
            *times.entry(item.card.0).or_default() += 1;
        }
        let problems = Problems {
            items: times.values().sum(),
            cards: count(times.len()),
            most: times.values().copied().max().unwrap_or(0),
        };
        let mut concepts = tally(&|_, item| Some(item.concept.clone()));
        concepts.sort_by(|a, b| {
            (a.right * b.items)
                .cmp(&(b.right * a.items))
                .then(b.items.cmp(&a.items))
                .then_with(|| a.name.cmp(&b.name))
        });
        let calibration: Vec<Reliability> = Confidence::ALL
            .into_iter()
            .map(|confidence| {
                let said =
                    || counted.iter().filter(move |(_, _, marked)| marked.confidence == Some(confidence));
                Reliability {
                    confidence,
                    items: count(said().count()),
                    right: count(said().filter(|(_, _, marked)| marked.is_right()).count()),
                }
            })
            .filter(|row| row.items > 0)
            .collect();
        let said: Vec<(f64, f64)> = counted
            .iter()
            .filter_map(|(_, _, marked)| {
                marked.confidence.map(|said| (said.promise(), f64::from(u8::from(marked.is_right()))))
            })
            .collect();
        let brier = (!said.is_empty()).then(|| {
            said.iter().map(|(promise, came)| (promise - came).powi(2)).sum::<f64>() / said.len() as f64
        });
        Self {
            ended: ending.name().to_owned(),
            passed: levels_passed > 0,
            placed: (is_placement && levels_passed > 0)
                .then(|| paper.sections[levels_passed - 1].level)
                .flatten(),
            items,
            right,
            low,
            high,
            errors: sitting.test().map(|test| {
                let times = if is_placement { 2 } else { 1 };
                let plan = test.plan();
                // A placement errs when either of its two decisions does.
                let either = |error: f64| 1.0 - (1.0 - error).powi(times);
                Errors {
                    p0: plan.p0,
                    p1: plan.p1,
                    passed_wrongly: either(test.operating(plan.p0).pass),
                    failed_wrongly: either(1.0 - test.operating(plan.p1).pass),
                }
            }),
            needed: match sitting.rules().stop {
                Stop::Fixed { needed, .. } => Some(needed),
                Stop::Sequential(_) => None,
            },
            took_ms: sitting.marked().iter().map(|marked| marked.took_ms).sum(),
            areas: tally(&|_, item| item.area.map(|area| area.name().to_owned())),
            resources: tally(&|_, item| Some(item.resource.clone())),
            concepts,
            levels: if is_placement {
                let mut levels =
                    tally(&|section, _| paper.sections[section].level.map(|level| level.name().to_owned()));
                levels.sort_by_key(|part| Level::from_name(&part.name));
                levels
            } else {
                Vec::new()
            },
            problems: Some(problems),
            calibration,
            brier,
        }
    }

    /// Returns the concepts of which not all was right, weakest first.
    pub fn weak(&self) -> impl Iterator<Item = &Part> {
        self.concepts.iter().filter(|part| part.right < part.items)
    }

    /// Returns the score as a share, `0.0..=1.0`; 0 without an item.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(self.right) / f64::from(self.items.max(1))
    }

    /// Tells whether it was to find a level, so that no outcome of it is a failure.
    #[must_use]
    pub fn is_placement(&self) -> bool {
        self.placed.is_some() || !self.levels.is_empty()
    }

    /// Returns why it is over.
    #[must_use]
    pub fn ending(&self) -> Ending {
        Ending::from_name(&self.ended).unwrap_or(Ending::Left)
    }

    /// Says in sentences what was decided and how far that can be relied on.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        let unsettled =
            if self.needed.is_some() { "all items were answered" } else { "the matter was settled" };
        match self.ending() {
            Ending::Settled => {}
            Ending::Exhausted => {
                said.push(format!("there was nothing left to ask before {unsettled}"));
            }
            Ending::TimeUp => said.push(format!("the time was up before {unsettled}")),
            Ending::Left => {
                said.push(format!("you left before {unsettled}: that counts as not passed"));
            }
        }
        if self.items > 0 {
            said.push(format!(
                "{} of {} right; of all such items you would get between {:.0} and {:.0} in a hundred right (95 % sure)",
                self.right,
                self.items,
                self.low * 100.0,
                self.high * 100.0
            ));
        }
        match (self.errors, self.needed) {
            (Some(errors), _) if self.ending() == Ending::Settled => {
                let (by_luck, by_mishap) = if self.is_placement() {
                    ("are placed too high", "are placed too low")
                } else {
                    ("pass", "fail")
                };
                said.push(format!(
                    "how often an exam like this errs: of 100 people who get only {:.0} % right, {:.1} {by_luck}; of 100 \
                     who get {:.0} % right, {:.1} {by_mishap}",
                    errors.p0 * 100.0,
                    errors.passed_wrongly * 100.0,
                    errors.p1 * 100.0,
                    errors.failed_wrongly * 100.0
                ));
            }
            (Some(_), _) if self.ending() == Ending::TimeUp || self.ending() == Ending::Exhausted => {
                said.push(
                    "it was decided by the nearer side: less sure than an exam that ran its course"
                        .to_owned(),
                );
            }
            (None, Some(needed)) => said.push(format!("needed to pass: {needed} right")),
            _ => {}
        }
        said.extend(self.problems.filter(|_| self.items > 0).and_then(Problems::words));
        said
    }

    /// Says how well the learner knew what they knew; `None` where it was not asked.
    #[must_use]
    pub fn calibration_words(&self) -> Option<String> {
        let brier = self.brier?;
        let (mut promised, mut came, mut items) = (0.0, 0.0, 0.0);
        for row in &self.calibration {
            promised += row.confidence.promise() * f64::from(row.items);
            came += f64::from(row.right);
            items += f64::from(row.items);
        }
        let gap = (promised - came) / items;
        // A tenth either way is what twenty to sixty answers can show at all.
        let verdict = if gap > 0.1 {
            "you were surer than you were right"
        } else if gap < -0.1 {
            "you were right more often than you thought"
        } else {
            "you judged yourself well"
        };
        Some(format!("{verdict} (Brier score {brier:.2}: 0 is perfect, 0.25 is what a coin gets)"))
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{Marked, Paper, ProblemRef, Rules, Section};
    use super::*;
    use crate::card::{Area, CardUid};
    use crate::progress::sprt::Plan;
    use crate::seed::Seed;

    fn outcome(stop: Stop, answers: &[(bool, Option<Confidence>)]) -> Outcome {
        let items = (1..=stop.most_of(1))
            .map(|number| Item {
                number,
                card: CardUid(i64::from(number)),
                deck: "d".into(),
                resource: if number % 2 == 0 { "even" } else { "odd" }.into(),
                area: Some(Area::Storage),
                concept: format!("c{}", number % 10),
                kind: "choice".into(),
                seed: Seed(1),
                difficulty: 1,
                // The first of three, as in papers.
                problem: (number % 3 == 1).then(|| ProblemRef {
                    family: "f".into(),
                    parameters: toml::Table::new(),
                    version: 1,
                }),
            })
            .collect();
        let marked = (1..)
            .zip(answers)
            .map(|(number, &(right, confidence))| Marked {
                number,
                share: Some(if right { 1.0 } else { 0.5 }),
                confidence,
                took_ms: 1_000,
            })
            .collect();
        let rules = Rules { stop, confidence: true, time_ms: None, reschedule: false };
        let paper = Paper { sections: vec![Section { level: None, items }] };
        Outcome::of(&Sitting::new(rules, paper, marked).unwrap())
    }

    #[test]
    fn a_pass_states_its_errors_and_its_interval() {
        let outcome = outcome(Stop::Sequential(Plan::USUAL), &[(true, Some(Confidence::Sure)); 20]);
        assert!(outcome.passed && outcome.ended == "settled");
        assert_eq!((outcome.items, outcome.right, outcome.took_ms), (20, 20, 20_000));
        assert!(outcome.low > 0.8 && outcome.high == 1.0, "{outcome:?}");
        let errors = outcome.errors.unwrap();
        assert!(errors.passed_wrongly < 0.05 && errors.failed_wrongly < 0.05);
        assert_eq!(
            outcome.sentences(),
            [
                "20 of 20 right; of all such items you would get between 83 and 100 in a hundred right (95 % sure)",
                "how often an exam like this errs: of 100 people who get only 70 % right, 4.5 pass; of 100 who get 90 % \
                 right, 2.7 fail"
            ]
        );
        assert!((outcome.brier.unwrap() - 0.0025).abs() < 1e-12);
        assert_eq!(outcome.weak().count(), 0);
        assert_eq!(outcome.problems, Some(Problems { items: 7, cards: 7, most: 1 }));
    }

    #[test]
    fn too_few_problems_are_owned_up_to() {
        let words = |items, cards, most| Problems { items, cards, most }.words();
        assert_eq!(words(7, 7, 1), None);
        assert_eq!(words(9, 3, 3), None);
        assert_eq!(words(0, 0, 0).unwrap(), "none of the items was a problem with values of its own");
        assert_eq!(
            words(20, 1, 20).unwrap(),
            "there was one problem to draw from: it came 20 times, its values drawn anew"
        );
        assert_eq!(
            words(20, 4, 5).unwrap(),
            "there were few problems to draw from: 20 items came from 4, their values drawn anew"
        );
        // Sittings of earlier versions did not count them, and say nothing of it.
        let mut kept =
            serde_json::to_value(outcome(Stop::Fixed { items: 3, needed: 1 }, &[(true, None); 3])).unwrap();
        kept.as_object_mut().unwrap().remove("problems");
        let kept: Outcome = serde_json::from_value(kept).unwrap();
        assert_eq!((kept.problems, kept.sentences().len()), (None, 2));
    }

    #[test]
    fn parts_are_counted_and_the_weakest_concept_comes_first() {
        // Items 3, 13 and 4 are wrong, 13 and 3 on one concept.
        let answers: Vec<_> = (1..=20)
            .map(|number| {
                (
                    ![3, 4, 13].contains(&number),
                    Some(if number < 11 { Confidence::Sure } else { Confidence::Guess }),
                )
            })
            .collect();
        let outcome = outcome(Stop::Fixed { items: 20, needed: 18 }, &answers);
        assert!(!outcome.passed);
        assert_eq!((outcome.low, outcome.high), binomial::interval(17, 20, 0.95));
        let weak: Vec<_> = outcome.weak().map(|part| (part.name.as_str(), part.right, part.items)).collect();
        assert_eq!(weak, [("c3", 0, 2), ("c4", 1, 2)]);
        assert_eq!(
            outcome.resources.iter().map(|part| (part.items, part.right)).collect::<Vec<_>>(),
            [(10, 9), (10, 8)]
        );
        assert_eq!(outcome.areas, [Part { name: "storage".into(), items: 20, right: 17 }]);
        let rows: Vec<_> =
            outcome.calibration.iter().map(|row| (row.confidence, row.items, row.right)).collect();
        assert_eq!(rows, [(Confidence::Guess, 10, 9), (Confidence::Sure, 10, 8)]);
        // (9 × 0.65² + 1 × 0.35² + 8 × 0.05² + 2 × 0.95²) / 20
        assert!((outcome.brier.unwrap() - 0.287_5).abs() < 1e-9, "{:?}", outcome.brier);
        assert!(
            outcome.calibration_words().unwrap().starts_with("you were right more often than you thought")
        );
        assert_eq!(outcome.sentences()[1], "needed to pass: 18 right");
    }
}
