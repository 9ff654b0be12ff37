//! A drawn question as JSON, for `retain problem show --json` and for the stored samples in the tests.
//! Not for reading it back.

use serde_json::{Value, json};

use crate::card::{Form, Given, Quantity, Question, Tolerance};

/// Describes a question with its answer; the keys are those that `docs/problem-families.md` lists.
#[must_use]
pub fn describe(question: &Question) -> Value {
    let mut out = json!({ "question": question.prompt });
    let Some(map) = out.as_object_mut() else { return out };
    if let Some(drawn) = &question.drawn {
        map.insert("family".to_owned(), json!(drawn.family));
        map.insert("version".to_owned(), json!(drawn.version));
        map.insert("seed".to_owned(), json!(drawn.seed));
        map.insert("difficulty".to_owned(), json!(drawn.difficulty));
        let mut values = drawn.values.clone();
        let parameters = values.as_object_mut().and_then(|values| values.remove("parameters"));
        map.insert("parameters".to_owned(), parameters.unwrap_or_else(|| json!({})));
        map.insert("values".to_owned(), values);
        map.insert("spoken".to_owned(), json!(drawn.spoken));
        let mistakes: Vec<Value> = drawn
            .mistakes
            .iter()
            .map(|mistake| json!({ "answer": given(&question.form, &mistake.answer), "name": mistake.name }))
            .collect();
        map.insert("mistakes".to_owned(), Value::Array(mistakes));
    }
    let (kind, options, answer, accept) = form(&question.form);
    map.insert("kind".to_owned(), json!(kind));
    map.insert("options".to_owned(), options);
    map.insert("answer".to_owned(), answer);
    map.insert("accept".to_owned(), accept);
    map.insert("solution".to_owned(), json!(question.why));
    map.insert("hint".to_owned(), json!(question.hint));
    out
}

/// Returns the kind, what is shown to choose from, the answer, and what else is accepted.
fn form(form: &Form) -> (&'static str, Value, Value, Value) {
    match form {
        Form::Recall { answer } => ("recall", Value::Null, json!(answer), Value::Null),
        Form::Cloze { text, hidden } => {
            ("cloze", Value::Null, json!(&text[hidden.start..hidden.end]), Value::Null)
        }
        Form::Choice { options, several } => {
            let shown: Vec<Value> = options
                .iter()
                .map(|option| json!({ "text": option.text, "reason": option.reason }))
                .collect();
            let right: Vec<&str> =
                options.iter().filter(|option| option.right).map(|option| option.text.as_str()).collect();
            (if *several { "several" } else { "choice" }, json!(shown), json!(right), Value::Null)
        }
        Form::Order { items, solution } => {
            let right: Vec<&str> = solution.iter().map(|&index| items[index].as_str()).collect();
            ("order", json!(items), json!(right), Value::Null)
        }
        Form::Typed { accepted, exact } => {
            ("typed", Value::Null, json!(accepted.first()), json!({ "spellings": accepted, "exact": exact }))
        }
        Form::Number { answer: Quantity { value, unit, tolerance } } => {
            let tolerance = match tolerance {
                Tolerance::Exact => json!("exact"),
                Tolerance::Absolute(error) => json!({ "absolute": error }),
                Tolerance::Relative(share) => json!({ "relative": share }),
            };
            (
                "number",
                Value::Null,
                json!({ "value": value, "unit": unit }),
                json!({ "tolerance": tolerance }),
            )
        }
    }
}

fn given(form: &Form, given: &Given) -> Value {
    match (form, given) {
        (Form::Choice { options, .. }, Given::Choice(chosen)) => {
            json!(chosen.iter().map(|&index| options[index].text.as_str()).collect::<Vec<_>>())
        }
        (Form::Order { items, .. }, Given::Order(order)) => {
            json!(order.iter().map(|&index| items[index].as_str()).collect::<Vec<_>>())
        }
        (_, Given::Text(text)) => json!(text),
        (_, Given::Choice(indices) | Given::Order(indices)) => json!(indices),
    }
}
