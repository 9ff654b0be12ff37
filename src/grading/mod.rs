//! Whether an answer is right: choices, arrangements, words, numbers. Pure, and total: every answer gets a verdict.
//! Not for grades (the learner's, or `session/`'s proposal) or for what a grade does (`schedule/`).

pub mod quantity;
mod typed;
mod unit;

pub use typed::{folded, is_near, normalised};

use crate::card::{Form, Given, Question};
use crate::review::Verdict;
use quantity::Comparison;

/// What came of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Right, partly or wrong.
    pub verdict: Verdict,
    /// The known mistake that leads to this answer, addressed to the learner.
    pub mistake: Option<String>,
    /// For a typed answer that was nearly right: the accepted spelling it came nearest to.
    pub near: Option<String>,
}

/// Judges an answer. A form that only the learner can judge, and an answer of another form, are `None`.
#[must_use]
pub fn judge(question: &Question, given: &Given) -> Option<Judgement> {
    let mut near = None;
    let verdict = match (&question.form, given) {
        (Form::Choice { options, several }, Given::Choice(chosen)) => {
            let right: Vec<bool> = options.iter().map(|option| option.right).collect();
            choice(&right, *several, chosen)
        }
        (Form::Order { items, solution }, Given::Order(arranged)) => order(items, solution, arranged),
        (Form::Typed { accepted, exact }, Given::Text(text)) => {
            let verdict = typed::judge(accepted, *exact, text);
            if !verdict.is_right() {
                near = accepted.iter().find(|spelling| is_near(spelling, text)).cloned();
            }
            verdict
        }
        (Form::Cloze { text: sentence, hidden }, Given::Text(text)) => {
            let accepted = [sentence.get(hidden.start..hidden.end).unwrap_or_default().to_owned()];
            let verdict = typed::judge(&accepted, false, text);
            if !verdict.is_right() && is_near(&accepted[0], text) {
                near = Some(accepted[0].clone());
            }
            verdict
        }
        (Form::Number { answer }, Given::Text(text)) => match quantity::compare(answer, text) {
            Comparison::Equal => Verdict::Right,
            // The question names the unit, so a bare number is taken in it.
            Comparison::NoUnit(true) => Verdict::Right,
            _ => Verdict::Wrong,
        },
        _ => return None,
    };
    let mistake = question
        .drawn
        .iter()
        .flat_map(|drawn| &drawn.mistakes)
        .filter(|_| !verdict.is_right())
        .find(|mistake| same_answer(&question.form, &mistake.answer, given))
        .map(|mistake| mistake.name.clone());
    Some(Judgement { verdict, mistake, near })
}

/// Judges a choice of options. One key: right or wrong. Several: each option counts, and the share is the options
/// judged rightly above half, so that marking all or none earns nothing.
fn choice(right: &[bool], several: bool, chosen: &[usize]) -> Verdict {
    let marked = |index: usize| chosen.contains(&index);
    if chosen.iter().any(|&index| index >= right.len()) || chosen.is_empty() {
        return Verdict::Wrong;
    }
    if !several {
        return if chosen.len() == 1 && right[chosen[0]] { Verdict::Right } else { Verdict::Wrong };
    }
    let agreed = right.iter().enumerate().filter(|&(index, &right)| marked(index) == right).count();
    if agreed == right.len() {
        return Verdict::Right;
    }
    let hits = right.iter().enumerate().filter(|&(index, &right)| right && marked(index)).count();
    let keys = right.iter().filter(|&&right| right).count();
    let false_alarms = chosen.len() - hits;
    partly(hits.saturating_sub(false_alarms) as f64 / keys.max(1) as f64)
}

/// Judges an arrangement by its longest run of items that follow one another as in the right order; a run of one
/// item earns nothing. Items with equal texts may stand for one another.
fn order(items: &[String], solution: &[usize], arranged: &[usize]) -> Verdict {
    let text = |index: usize| items.get(index).map(String::as_str);
    if arranged.len() != solution.len() {
        return Verdict::Wrong;
    }
    if arranged.iter().map(|&index| text(index)).eq(solution.iter().map(|&index| text(index))) {
        return Verdict::Right;
    }
    let place = |index: usize| solution.iter().position(|&at| at == index);
    let mut longest = 1;
    let mut run = 1;
    for pair in arranged.windows(2) {
        let follows = matches!((place(pair[0]), place(pair[1])), (Some(a), Some(b)) if b == a + 1);
        run = if follows { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    partly(if longest == 1 { 0.0 } else { longest as f64 / solution.len() as f64 })
}

fn partly(share: f64) -> Verdict {
    if share <= 0.0 { Verdict::Wrong } else { Verdict::Partly(share.min(0.99)) }
}

/// Tells whether an answer is the one a mistake leads to.
fn same_answer(form: &Form, expected: &Given, given: &Given) -> bool {
    match (expected, given) {
        (Given::Text(expected), Given::Text(given)) => match form {
            Form::Number { answer } => match quantity::parse(expected) {
                Ok(mut wrong) => {
                    wrong.tolerance = answer.tolerance;
                    if wrong.unit.is_empty() {
                        wrong.unit.clone_from(&answer.unit);
                    }
                    matches!(quantity::compare(&wrong, given), Comparison::Equal | Comparison::NoUnit(true))
                }
                Err(_) => false,
            },
            _ => folded(expected) == folded(given),
        },
        (expected, given) => expected == given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_right_or_wrong_and_nothing_marked_is_wrong() {
        let right = [false, true, false];
        assert_eq!(choice(&right, false, &[1]), Verdict::Right);
        assert_eq!(choice(&right, false, &[0]), Verdict::Wrong);
        assert_eq!(choice(&right, false, &[]), Verdict::Wrong);
        assert_eq!(choice(&right, false, &[0, 1]), Verdict::Wrong);
        assert_eq!(choice(&right, false, &[9]), Verdict::Wrong);
    }

    #[test]
    fn several_keys_earn_their_share_less_false_alarms() {
        let right = [true, true, false, false];
        assert_eq!(choice(&right, true, &[0, 1]), Verdict::Right);
        assert_eq!(choice(&right, true, &[0]), Verdict::Partly(0.5));
        assert_eq!(choice(&right, true, &[0, 1, 2]), Verdict::Partly(0.5));
        assert_eq!(choice(&right, true, &[0, 1, 2, 3]), Verdict::Wrong);
        assert_eq!(choice(&right, true, &[2]), Verdict::Wrong);
    }

    #[test]
    fn an_arrangement_earns_its_longest_run() {
        let items: Vec<String> = ["b", "a", "d", "c"].map(String::from).to_vec();
        let solution = [1, 0, 3, 2];
        assert_eq!(order(&items, &solution, &[1, 0, 3, 2]), Verdict::Right);
        assert_eq!(order(&items, &solution, &[0, 3, 2, 1]), Verdict::Partly(0.75), "b c d, a last");
        assert_eq!(order(&items, &solution, &[2, 3, 0, 1]), Verdict::Wrong, "backwards");
        assert_eq!(order(&items, &solution, &[1, 0]), Verdict::Wrong, "incomplete");
    }

    #[test]
    fn equal_items_stand_for_one_another() {
        let items: Vec<String> = ["x", "x", "y"].map(String::from).to_vec();
        assert_eq!(order(&items, &[0, 1, 2], &[1, 0, 2]), Verdict::Right);
    }
}
