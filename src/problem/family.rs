//! What a family is, and what it draws. Not for the families themselves: they lie in folders by subject.

use serde_json::Value;

use super::answer::{Wrong, is_right, same_answer};
use super::{Chosen, Draw, Parameter};
use crate::card::{Form, Given, Mistake};

/// How hard an instance is: more processes, longer logs, traps switched on. Three steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difficulty(u8);

impl Difficulty {
    /// All steps, easiest first.
    pub const ALL: [Self; 3] = [Self(0), Self(1), Self(2)];

    /// Returns the step of a number; above 2 counts as 2.
    #[must_use]
    pub fn new(level: u8) -> Self {
        Self(level.min(2))
    }

    /// Returns the step as `0..=2`.
    #[must_use]
    pub fn level(self) -> u8 {
        self.0
    }

    /// Picks what belongs to this step out of easy, middle and hard.
    #[must_use]
    pub fn of<T: Copy>(self, [easy, middle, hard]: [T; 3]) -> T {
        match self.0 {
            0 => easy,
            1 => middle,
            _ => hard,
        }
    }
}

/// A kind of problem that can be drawn any number of times, with its answer computed.
pub trait Family: Sync {
    /// The name in decks and on the command line: `subject.topic` in kebab case, as `raft.commit-index`.
    fn name(&self) -> &'static str;

    /// What the learner does, in a few words, as "find a Raft leader's commit index".
    fn title(&self) -> &'static str;

    /// Counts the changes after which a seed draws something else. Starts at 1.
    ///
    /// A change that alters any instance bumps it and moves the old code, unchanged, to [`Family::earlier`].
    fn version(&self) -> u32 {
        1
    }

    /// Versions that are no longer drawn but still shown, because log entries refer to them.
    fn earlier(&self) -> &'static [&'static dyn Family] {
        &[]
    }

    /// What an author may set; everything has a default.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    /// The names of all mistakes that instances may list; a test proves that each one occurs.
    fn mistakes(&self) -> &'static [&'static str];

    /// Draws an instance. Pure: the same arguments give the same instance.
    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance;
}

/// One drawn problem, before options and items are shuffled.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Markdown: the question, with every convention it rests on; a picture stands in a code fence.
    pub prompt: String,
    /// The picture in words; empty where there is none.
    pub spoken: String,
    /// How it is answered, with the computed answer. Options in any order, items in the right order.
    pub form: Form,
    /// Markdown: how the answer follows, step by step.
    pub solution: String,
    /// Wrong answers with a known cause. Indices refer to `form` as it stands here.
    pub mistakes: Vec<Mistake>,
    /// The drawn values as a JSON object, enough to compute the answer without reading the prompt.
    pub values: Value,
    /// Markdown shown on request before the answer.
    pub hint: Option<String>,
}

impl Instance {
    /// Starts an instance from its question, its answer, the way to it, and the drawn values (a JSON object).
    #[must_use]
    pub fn new(prompt: impl Into<String>, form: Form, solution: impl Into<String>, values: Value) -> Self {
        debug_assert!(values.is_object(), "drawn values are a JSON object");
        Self {
            prompt: prompt.into(),
            spoken: String::new(),
            form,
            solution: solution.into(),
            mistakes: Vec::new(),
            values,
            hint: None,
        }
    }

    /// Sets the picture told in words.
    #[must_use]
    pub fn spoken(mut self, spoken: impl Into<String>) -> Self {
        self.spoken = spoken.into();
        self
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a likely wrong answer and its cause, one of the family's [`Family::mistakes`].
    ///
    /// Left out when it happens to be right, or when an earlier mistake leads to the same answer: put the likeliest
    /// first. A number is rounded as the question's tolerance asks; a list of indices is a choice or an arrangement,
    /// as the form is.
    #[must_use]
    pub fn mistake(mut self, answer: impl Into<Wrong>, name: &'static str) -> Self {
        let answer = answer.into().given(&self.form);
        let taken = |mistake: &Mistake| same_answer(&self.form, &mistake.answer, &answer);
        if !is_right(&self.form, &answer) && !self.mistakes.iter().any(taken) {
            self.mistakes.push(Mistake { answer, name: name.to_owned() });
        }
        self
    }

    /// Adds the mistake of choosing the other of two options: for questions with two verdicts.
    #[must_use]
    pub fn mistake_other_verdict(self, name: &'static str) -> Self {
        let other = match &self.form {
            Form::Choice { options, several: false } => options.iter().position(|option| !option.right),
            _ => None,
        };
        match other {
            Some(index) => self.mistake(Given::Choice(vec![index]), name),
            None => self,
        }
    }
}
