//! A card made concrete: options and items in the order shown, a problem drawn, all from one seed.
//! Not for judging answers (`grading/`).

use rand::seq::SliceRandom as _;

use crate::card::{Card, CardKind, Form, Question};
use crate::problem;
use crate::seed::Seed;

/// Makes a card concrete. The same seed gives the same question; `difficulty`, `0..=2`, is for problems.
///
/// `None` only for a problem whose family or parameters are not known; decks with such cards are reported when read.
#[must_use]
pub fn pose(card: &Card, seed: Seed, difficulty: u8) -> Option<Question> {
    let mut rng = seed.rng();
    let (prompt, form) = match &card.kind {
        CardKind::Recall { question, answer } => (question.clone(), Form::Recall { answer: answer.clone() }),
        CardKind::Cloze { text, hidden } => {
            (String::new(), Form::Cloze { text: text.clone(), hidden: *hidden })
        }
        CardKind::Choice { question, options, several } => {
            let mut options = options.clone();
            options.shuffle(&mut rng);
            (question.clone(), Form::Choice { options, several: *several })
        }
        CardKind::Order { question, items } => {
            let (items, solution) = jumble(items, &mut rng);
            (question.clone(), Form::Order { items, solution })
        }
        CardKind::Typed { question, accepted, exact } => {
            (question.clone(), Form::Typed { accepted: accepted.clone(), exact: *exact })
        }
        CardKind::Number { question, answer } => (question.clone(), Form::Number { answer: answer.clone() }),
        CardKind::Problem { family, parameters } => {
            let question = problem::draw(problem::find(family)?, parameters, seed.0, difficulty).ok()?;
            return Some(annotated(question, card));
        }
    };
    Some(Question { prompt, form, hint: card.hint.clone(), why: card.why.clone(), drawn: None })
}

/// Adds what a card's author says of a drawn problem: the hint where the family gives none, the why behind the solution.
#[must_use]
pub fn annotated(mut question: Question, card: &Card) -> Question {
    if question.hint.is_none() {
        question.hint.clone_from(&card.hint);
    }
    question.why = match (question.why, &card.why) {
        (Some(solution), Some(why)) => Some(format!("{solution}\n\n{why}")),
        (solution, why) => solution.or_else(|| why.clone()),
    };
    question
}

/// Shuffles items so that they are not in the right order already, and says what the right order is.
fn jumble(items: &[String], rng: &mut impl rand::Rng) -> (Vec<String>, Vec<usize>) {
    let mut places: Vec<usize> = (0..items.len()).collect();
    for _ in 0..8 {
        places.shuffle(rng);
        if places.iter().map(|&place| &items[place]).ne(items.iter()) {
            break;
        }
    }
    let shown = places.iter().map(|&place| items[place].clone()).collect();
    let mut solution = vec![0; places.len()];
    for (at, &place) in places.iter().enumerate() {
        solution[place] = at;
    }
    (shown, solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jumbled_list_is_never_in_order_and_its_solution_restores_it() {
        let items: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        for seed in 0..200 {
            let (shown, solution) = jumble(&items, &mut Seed(seed).rng());
            assert_ne!(shown, items);
            let restored: Vec<String> = solution.iter().map(|&at| shown[at].clone()).collect();
            assert_eq!(restored, items);
        }
    }
}
