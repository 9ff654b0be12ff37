//! Problems drawn afresh: families of questions whose answers are computed, with the mistake behind each likely error.
//!
//! A family is pure: parameters, a seed and a difficulty give an instance. `docs/problem-families.md` shows how to add
//! one; it touches one new file and one line of `catalogue.rs`. Nothing outside this folder names a family.
//! Not for judging answers (`grading/`) or choosing difficulties and seeds (`app/`).

pub mod answer;
mod catalogue;
mod chance;
pub mod diagram;
mod family;
mod json;
mod parameter;
pub mod text;

use crate::card::{Drawn, Form, Given, Mistake, Question};
use crate::diagnostic::did_you_mean;
use crate::seed::Seed;

pub use chance::Draw;
pub use family::{Difficulty, Family, Instance};
pub use json::describe;
pub use parameter::{Chosen, Kind, Parameter, ParameterFault, Parameters};

/// Returns all families, in the order of the catalogue: by subject, then by name.
#[must_use]
pub fn families() -> &'static [&'static dyn Family] {
    catalogue::FAMILIES
}

/// Returns the family of a name, as `raft.commit-index`.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Family> {
    families().iter().copied().find(|family| family.name() == name)
}

/// Returns the name of the family that was probably meant, where one is near enough.
///
/// The part behind the dot is enough: `commit-index` suggests `raft.commit-index`.
#[must_use]
pub fn suggest(name: &str) -> Option<&'static str> {
    let names = || families().iter().map(|family| family.name());
    did_you_mean(name, names()).or_else(|| {
        names()
            .find(|full| full.split_once('.').is_some_and(|(_, last)| did_you_mean(name, [last]).is_some()))
    })
}

/// Draws a question of a family's current version.
///
/// `table` holds the parameters as the card's author wrote them, the difficulty is `0..=2` (more counts as 2).
/// The same arguments give the same question, byte for byte, as long as the family's version stays.
///
/// # Errors
///
/// Every fault in the parameters, in the order of the table.
pub fn draw(
    family: &dyn Family,
    table: &toml::Table,
    seed: u64,
    difficulty: u8,
) -> Result<Question, Vec<ParameterFault>> {
    let parameters = Parameters::read(family, table)?;
    Ok(draw_with(family, &parameters, seed, difficulty))
}

/// Draws the question of a log entry again: from the family's version of then, kept in [`Family::earlier`].
///
/// Returns nothing where the family, that version, or a parameter of then is no longer known; the entry's own record
/// (grade, verdict, what was answered) stays readable regardless.
#[must_use]
pub fn redraw(name: &str, version: u32, table: &toml::Table, seed: u64, difficulty: u8) -> Option<Question> {
    draw(of_version(find(name)?, version)?, table, seed, difficulty).ok()
}

/// Returns a family as it was at a version: itself, or one that it keeps in [`Family::earlier`].
#[must_use]
pub fn of_version(family: &dyn Family, version: u32) -> Option<&dyn Family> {
    if family.version() == version {
        return Some(family);
    }
    family.earlier().iter().copied().find(|earlier| earlier.version() == version)
}

/// Draws a question with parameters that have been read already.
#[must_use]
pub fn draw_with(family: &dyn Family, parameters: &Parameters, seed: u64, difficulty: u8) -> Question {
    let difficulty = Difficulty::new(difficulty);
    // Each part has its own stream, so that a new parameter or one more option never shifts the other draws.
    let seed_of = |part| Seed(seed).derive(part, 0);
    let chosen = parameters.choose(Seed(seed), difficulty);
    let instance = family.instance(&chosen, &mut Draw::new(seed_of("instance")), difficulty);
    let Instance { prompt, spoken, form, solution, mistakes, mut values, hint } = instance;
    let (form, mistakes) = shuffle(form, mistakes, &mut Draw::new(seed_of("shuffle")));
    if let serde_json::Value::Object(map) = &mut values {
        map.insert("parameters".to_owned(), chosen.to_json());
    }
    Question {
        prompt,
        form,
        hint,
        why: Some(solution),
        drawn: Some(Drawn {
            family: family.name().to_owned(),
            version: family.version(),
            seed,
            difficulty: difficulty.level(),
            values,
            mistakes,
            spoken,
        }),
    }
}

/// Puts options and items into a drawn order, and has the mistakes follow.
fn shuffle(form: Form, mut mistakes: Vec<Mistake>, draw: &mut Draw) -> (Form, Vec<Mistake>) {
    match form {
        Form::Choice { options, several } => {
            let shown = draw.permutation(options.len());
            let place = inverse(&shown);
            for mistake in &mut mistakes {
                if let Given::Choice(chosen) = &mut mistake.answer {
                    chosen.iter_mut().for_each(|index| *index = place[*index]);
                    chosen.sort_unstable();
                }
            }
            let options = shown.iter().map(|&index| options[index].clone()).collect();
            (Form::Choice { options, several }, mistakes)
        }
        Form::Order { items, solution } => {
            let shown = draw.until(|draw| {
                let shown = draw.permutation(items.len());
                // An arrangement shown solved would ask nothing.
                (items.len() < 2 || shown != solution).then_some(shown)
            });
            let place = inverse(&shown);
            let follow = |order: &[usize]| order.iter().map(|&index| place[index]).collect::<Vec<_>>();
            for mistake in &mut mistakes {
                if let Given::Order(order) = &mut mistake.answer {
                    *order = follow(order);
                }
            }
            let solution = follow(&solution);
            (
                Form::Order { items: shown.iter().map(|&index| items[index].clone()).collect(), solution },
                mistakes,
            )
        }
        other => (other, mistakes),
    }
}

fn inverse(permutation: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; permutation.len()];
    for (place, &index) in permutation.iter().enumerate() {
        inverse[index] = place;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A family that was changed once: it asks for a choice now, and asked for an order before.
    struct Changed(u32);

    impl Family for Changed {
        fn name(&self) -> &'static str {
            "test.changed"
        }

        fn title(&self) -> &'static str {
            "put letters in order"
        }

        fn version(&self) -> u32 {
            self.0
        }

        fn earlier(&self) -> &'static [&'static dyn Family] {
            if self.0 == 2 { &[&Self(1)] } else { &[] }
        }

        fn mistakes(&self) -> &'static [&'static str] {
            &["the last one", "backwards"]
        }

        fn instance(&self, _: &Chosen, _: &mut Draw, _: Difficulty) -> Instance {
            let items = ["a", "b", "c", "d"];
            if self.0 == 1 {
                let form = answer::order(items.map(str::to_owned).to_vec());
                return Instance::new("order?", form, "so", json!({})).mistake(vec![3, 2, 1, 0], "backwards");
            }
            let options = items.map(|item| answer::option(item, item == "b", "because")).to_vec();
            Instance::new("which?", answer::choice(options), "so", json!({}))
                .mistake(vec![1], "the last one")
                .mistake(vec![3], "the last one")
                .mistake(vec![3], "backwards")
        }
    }

    #[test]
    fn options_are_shuffled_and_mistakes_follow() {
        let mut places = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let question = draw(&Changed(2), &toml::Table::new(), seed, 0).expect("no parameters");
            let Form::Choice { options, .. } = &question.form else { panic!("a choice") };
            let right = options.iter().position(|option| option.right).expect("a key");
            assert_eq!(options[right].text, "b");
            places.insert(right);
            let mistakes = &question.drawn.as_ref().expect("drawn").mistakes;
            assert_eq!(mistakes.len(), 1, "the right one and the second of the same answer are dropped");
            let Given::Choice(wrong) = &mistakes[0].answer else { panic!("a choice") };
            assert_eq!(options[wrong[0]].text, "d");
        }
        assert_eq!(places.len(), 4, "the key is found at every place");
    }

    #[test]
    fn items_are_never_shown_solved_and_mistakes_follow() {
        for seed in 0..50 {
            let question = draw(&Changed(1), &toml::Table::new(), seed, 0).expect("no parameters");
            let Form::Order { items, solution } = &question.form else { panic!("an order") };
            let read = |order: &[usize]| order.iter().map(|&index| items[index].as_str()).collect::<String>();
            assert_eq!(read(solution), "abcd");
            assert_ne!(items.concat(), "abcd");
            let Given::Order(wrong) = &question.drawn.as_ref().expect("drawn").mistakes[0].answer else {
                panic!()
            };
            assert_eq!(read(wrong), "dcba");
        }
    }

    #[test]
    fn earlier_versions_are_kept_for_the_log() {
        let prompt = |version| {
            let family = of_version(&Changed(2), version)?;
            draw(family, &toml::Table::new(), 7, 0).ok().map(|question| question.prompt)
        };
        assert_eq!(prompt(2).as_deref(), Some("which?"));
        assert_eq!(prompt(1).as_deref(), Some("order?"));
        assert_eq!(prompt(3), None);
    }
}
