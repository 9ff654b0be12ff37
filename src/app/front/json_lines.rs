//! What the JSON modes of sessions and exams share: lines in and out, a question as data, an answer read from data.
//! Not for either protocol (`json.rs`, `exam.rs`).

use std::io::{self, BufRead, Write};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::card::{Form, Given};

/// One JSON object a line, each way.
pub(super) struct JsonLines<R, W> {
    input: R,
    output: W,
    /// The number of the line that was last read, from 1.
    line: usize,
}

impl<R: BufRead, W: Write> JsonLines<R, W> {
    pub(super) fn new(input: R, output: W) -> Self {
        Self { input, output, line: 0 }
    }

    /// Says an object, at once.
    pub(super) fn put(&mut self, value: &Value) -> io::Result<()> {
        writeln!(self.output, "{value}")?;
        self.output.flush()
    }

    /// Says what is wrong with the line that was last read.
    pub(super) fn error(&mut self, message: &str) -> io::Result<()> {
        let line = self.line;
        self.put(&json!({ "type": "error", "line": line, "message": message }))
    }

    /// Reads the next command; what is none gets an error and is passed over. `None` at the end of the input.
    pub(super) fn command<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        loop {
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(&line) {
                Ok(command) => return Ok(Some(command)),
                Err(error) => self.error(&error.to_string())?,
            }
        }
    }
}

/// Adds to an object what a learner sees of a form, by `answered_by`.
pub(super) fn put_form(object: &mut Value, form: &Form) {
    object["answered_by"] = form_name(form).into();
    match form {
        Form::Cloze { text, hidden } => {
            object["question"] = format!("{}[…]{}", &text[..hidden.start], &text[hidden.end..]).into();
        }
        Form::Choice { options, .. } => {
            object["options"] = options.iter().map(|option| option.text.as_str()).collect::<Vec<_>>().into();
        }
        Form::Order { items, .. } => object["items"] = items.clone().into(),
        Form::Number { answer } => object["unit"] = answer.unit.clone().into(),
        Form::Recall { .. } | Form::Typed { .. } => {}
    }
}

fn form_name(form: &Form) -> &'static str {
    match form {
        Form::Recall { .. } => "recall",
        Form::Cloze { .. } => "cloze",
        Form::Choice { several: false, .. } => "choice",
        Form::Choice { several: true, .. } => "several",
        Form::Order { .. } => "order",
        Form::Typed { .. } => "typed",
        Form::Number { .. } => "number",
    }
}

/// Reads an answer: numbers from 1 for options and items (one, or a list), text or a number for the rest.
pub(super) fn read_given(value: &Value, form: &Form, type_cloze: bool) -> Result<Given, String> {
    let line = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        other => return Err(format!("`given` must be a number, a list of numbers or a text, not {other}")),
    };
    super::plain::read_answer(&line, form, type_cloze)
}
