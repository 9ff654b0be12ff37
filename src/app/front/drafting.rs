//! Keys to an answer in the making, and that answer to its part of the screen: for reviews and exams alike.
//! Not for what an answer is worth (`grading/`).

use super::right_answer;
use crate::card::{Form, Given};
use crate::session::draft::{Draft, Travel};
use crate::term::Key;
use crate::view::page::Status;
use crate::view::review::{OptionView, OrderItem, Part};

/// An answer in the making, at a keyboard.
pub(super) struct Drafting {
    /// The answer as it stands.
    pub(super) draft: Draft,
    /// Letters are commands although a text is being typed.
    pub(super) commanding: bool,
    /// Whether the number of an option answers at once.
    at_once: bool,
}

/// What a key did.
pub(super) enum Drafted {
    /// It is not about the answer.
    NotMine,
    /// The answer changed, or something is to be said.
    Taken(Option<Status>),
    /// The answer is given.
    Given(Given),
    /// Nothing was typed, and Enter pressed.
    Nothing,
}

impl Drafting {
    /// Nothing to answer yet.
    pub(super) fn none() -> Self {
        Self { draft: Draft::Recall, commanding: false, at_once: true }
    }

    /// Starts an answer. With `at_once` the number of an option answers; else it marks, and Enter answers.
    pub(super) fn new(form: &Form, type_cloze: bool, at_once: bool) -> Self {
        Self { draft: Draft::new(form, type_cloze), commanding: false, at_once }
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: Key, form: &Form) -> Drafted {
        match &self.draft {
            Draft::Recall => Drafted::NotMine,
            Draft::Choice { marked, cursor, several } => {
                let (several, at, count) = (*several, *cursor, marked.len());
                self.choose(key, several, at, count)
            }
            Draft::Order { .. } => {
                match key {
                    Key::Up => self.draft.step(false),
                    Key::Down => self.draft.step(true),
                    Key::Char(' ') => self.draft.toggle(),
                    Key::Enter => return self.give(),
                    _ => return Drafted::NotMine,
                }
                Drafted::Taken(None)
            }
            Draft::Text { text, .. } => {
                let empty = text.trim().is_empty();
                let number = text.chars().any(char::is_numeric);
                self.type_text(key, form, empty, number)
            }
        }
    }

    fn give(&self) -> Drafted {
        self.draft.given().map_or(Drafted::NotMine, Drafted::Given)
    }

    fn choose(&mut self, key: Key, several: bool, at: usize, count: usize) -> Drafted {
        match key {
            Key::Up => self.draft.step(false),
            Key::Down => self.draft.step(true),
            Key::Char(' ') if several || !self.at_once => self.draft.pick(at),
            Key::Char(digit @ '1'..='9') => {
                let pick = digit as usize - '1' as usize;
                if pick >= count {
                    return Drafted::Taken(None);
                }
                self.draft.pick(pick);
                if !several && self.at_once {
                    return self.give();
                }
            }
            Key::Enter | Key::Char(' ') => {
                if !several && self.at_once {
                    self.draft.pick(at);
                }
                return match self.draft.given() {
                    Some(given) => Drafted::Given(given),
                    None if several => Drafted::Taken(Some(Status::warning("mark at least one with space"))),
                    None => Drafted::Taken(Some(Status::warning("choose one with its number or with space"))),
                };
            }
            _ => return Drafted::NotMine,
        }
        Drafted::Taken(None)
    }

    fn type_text(&mut self, key: Key, form: &Form, empty: bool, number: bool) -> Drafted {
        if self.commanding {
            if key == Key::Esc || key == Key::Tab {
                self.commanding = false;
                return Drafted::Taken(None);
            }
            return Drafted::NotMine;
        }
        match key {
            Key::Char(c) => self.draft.insert(c),
            Key::Backspace => self.draft.backspace(),
            Key::Ctrl('u') => self.draft.clear(),
            Key::Left => self.draft.travel(Travel::Left),
            Key::Right => self.draft.travel(Travel::Right),
            Key::Home | Key::Ctrl('a') => self.draft.travel(Travel::Home),
            Key::End | Key::Ctrl('e') => self.draft.travel(Travel::End),
            Key::Esc | Key::Tab => {
                self.commanding = true;
                return Drafted::Taken(Some(Status::done(
                    "letters are keys now: ? lists them, tab types again",
                )));
            }
            Key::Enter if empty => return Drafted::Nothing,
            Key::Enter => {
                if let (Form::Number { answer }, false) = (form, number) {
                    let unit =
                        if answer.unit.is_empty() { String::new() } else { format!(" in {}", answer.unit) };
                    let rest = if self.at_once { ", or nothing to see it" } else { "" };
                    return Drafted::Taken(Some(Status::warning(format!("type a number{unit}{rest}"))));
                }
                return self.give();
            }
            _ => return Drafted::NotMine,
        }
        Drafted::Taken(None)
    }
}

/// The part of the screen where a question is answered.
pub(super) fn part(form: &Form, draft: &Draft, revealed: bool) -> Part {
    match (form, draft) {
        (Form::Recall { answer }, _) => Part::Recall { answer: answer.clone() },
        (Form::Cloze { text: sentence, hidden }, Draft::Text { text, cursor })
            if !revealed || !text.is_empty() =>
        {
            Part::Typed {
                text: text.clone(),
                cursor: byte_at(text, *cursor),
                right: right_answer(form),
                compare: true,
                gap: Some((sentence.clone(), *hidden)),
            }
        }
        (Form::Cloze { text, hidden }, _) => Part::Cloze { text: text.clone(), hidden: *hidden },
        (Form::Choice { options, several }, draft) => {
            let (marked, cursor) = match draft {
                Draft::Choice { marked, cursor, .. } => (marked.as_slice(), *cursor),
                _ => (&[][..], 0),
            };
            let options = (1..)
                .zip(options)
                .map(|(number, option)| OptionView {
                    label: number.to_string(),
                    text: option.text.clone(),
                    chosen: marked.get(number - 1).copied().unwrap_or(false),
                    right: option.right,
                    reason: option.reason.clone(),
                })
                .collect();
            Part::Choice { options, several: *several, cursor }
        }
        (Form::Order { items, solution }, draft) => {
            let (places, cursor, held) = match draft {
                Draft::Order { places, cursor, held } => (places.clone(), *cursor, *held),
                _ => ((0..items.len()).collect(), 0, false),
            };
            let items = places
                .iter()
                .map(|&at| OrderItem {
                    text: items.get(at).cloned().unwrap_or_default(),
                    right_place: solution.iter().position(|&place| place == at).map_or(0, |place| place + 1),
                })
                .collect();
            Part::Order { items, cursor, held }
        }
        (Form::Typed { .. } | Form::Number { .. }, draft) => {
            let (text, cursor) = match draft {
                Draft::Text { text, cursor } => (text.clone(), byte_at(text, *cursor)),
                _ => (String::new(), 0),
            };
            Part::Typed {
                text,
                cursor,
                right: right_answer(form),
                compare: matches!(form, Form::Typed { .. }),
                gap: None,
            }
        }
    }
}

fn byte_at(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}
