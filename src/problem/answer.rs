//! Ways to answer, as families build them, and the wrong answers that mistakes lead to.
//! Not for judging what a learner types (`grading/`): here an answer is compared only with a family's own.

use crate::card::{ChoiceOption, Form, Given, Quantity, Tolerance};

use super::text;

/// A whole number without a unit, to be matched exactly.
pub fn count(value: usize) -> Form {
    number(value as f64, "", Tolerance::Exact)
}

/// A number with a unit (empty for none) and a tolerance.
pub fn number(value: f64, unit: &str, tolerance: Tolerance) -> Form {
    Form::Number { answer: Quantity { value, unit: unit.to_owned(), tolerance } }
}

/// A number asked to so many decimals: rounded, and one unit of the last place is forgiven.
pub fn rounded(value: f64, unit: &str, decimals: u32) -> Form {
    let place = 10_f64.powi(decimals as i32);
    number((value * place).round() / place, unit, Tolerance::Absolute(1.0 / place))
}

/// A number asked to 3 significant digits: 1 % is forgiven.
///
/// The value is kept to 4 digits, which is what is shown, and which hides the last bits in which platforms differ.
pub fn significant(value: f64, unit: &str) -> Form {
    let kept = text::significant(value, 4).parse().unwrap_or(value);
    number(kept, unit, Tolerance::Relative(0.01))
}

/// A word or two: the spellings accepted, the one to show first.
pub fn typed(spellings: impl IntoIterator<Item = impl Into<String>>) -> Form {
    Form::Typed { accepted: spellings.into_iter().map(Into::into).collect(), exact: false }
}

/// A list of numbers in order, as `(2, 0, 3)`; brackets and commas are the learner's choice.
pub fn tuple<T: ToString>(values: &[T]) -> Form {
    typed(tuple_spellings(values))
}

/// The usual spellings of a list of values: the one to show first.
pub fn tuple_spellings<T: ToString>(values: &[T]) -> Vec<String> {
    let parts: Vec<String> = values.iter().map(ToString::to_string).collect();
    let (comma, wide, bare) = (parts.join(","), parts.join(", "), parts.join(" "));
    vec![
        format!("({wide})"),
        format!("({comma})"),
        format!("[{wide}]"),
        format!("[{comma}]"),
        format!("<{comma}>"),
        format!("<{wide}>"),
        wide,
        comma,
        bare,
    ]
}

/// One option of a choice.
pub fn option(text: impl Into<String>, right: bool, reason: impl Into<String>) -> ChoiceOption {
    ChoiceOption { text: text.into(), right, reason: Some(reason.into()) }
}

/// One right option among several shown.
pub fn choice(options: Vec<ChoiceOption>) -> Form {
    debug_assert_eq!(options.iter().filter(|option| option.right).count(), 1, "one option is right");
    Form::Choice { options, several: false }
}

/// Any number of right options, one at least; the question says "which of these (several)".
pub fn several(options: Vec<ChoiceOption>) -> Form {
    debug_assert!(options.iter().any(|option| option.right), "one option is right at least");
    Form::Choice { options, several: true }
}

/// A question with two verdicts: the wording of each, with the reason shown after the answer for this instance.
pub fn verdict(holds: bool, yes: (&str, impl Into<String>), no: (&str, impl Into<String>)) -> Form {
    choice(vec![option(yes.0, holds, yes.1), option(no.0, !holds, no.1)])
}

/// Items to be put in order, given in the right order.
pub fn order(items: Vec<String>) -> Form {
    let solution = (0..items.len()).collect();
    Form::Order { items, solution }
}

/// A wrong answer, before it is fitted to a form.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    /// A number, still to be rounded.
    Number(f64),
    /// Text.
    Text(String),
    /// Options or an arrangement.
    Indices(Vec<usize>),
}

impl Wrong {
    /// Turns it into what a learner would have given.
    pub fn given(self, form: &Form) -> Given {
        match (self, form) {
            // With its unit: of a bare number under `%` a share may have been meant.
            (Self::Number(value), Form::Number { answer }) => {
                Given::Text(format!("{} {}", as_asked(value, answer), answer.unit).trim_end().to_owned())
            }
            (Self::Number(value), _) => Given::Text(text::number(value)),
            (Self::Text(text), _) => Given::Text(text),
            (Self::Indices(order), Form::Order { .. }) => Given::Order(order),
            (Self::Indices(mut chosen), _) => {
                chosen.sort_unstable();
                Given::Choice(chosen)
            }
        }
    }
}

impl From<f64> for Wrong {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Wrong {
    fn from(value: usize) -> Self {
        Self::Number(value as f64)
    }
}

impl From<i64> for Wrong {
    fn from(value: i64) -> Self {
        Self::Number(value as f64)
    }
}

impl From<String> for Wrong {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Wrong {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<usize>> for Wrong {
    fn from(indices: Vec<usize>) -> Self {
        Self::Indices(indices)
    }
}

impl From<Given> for Wrong {
    fn from(given: Given) -> Self {
        match given {
            Given::Text(text) => Self::Text(text),
            Given::Choice(indices) | Given::Order(indices) => Self::Indices(indices),
        }
    }
}

/// Writes a number as the question asks for it: no more decimals than its tolerance tells apart.
fn as_asked(value: f64, asked: &Quantity) -> String {
    match asked.tolerance {
        Tolerance::Exact => text::number(value),
        Tolerance::Absolute(error) => {
            text::decimals(value, (-error.log10()).ceil().clamp(0.0, 12.0) as usize)
        }
        Tolerance::Relative(_) => text::significant(value, 4),
    }
}

/// Tells whether an answer is right.
pub fn is_right(form: &Form, given: &Given) -> bool {
    match (form, given) {
        (Form::Choice { options, .. }, Given::Choice(chosen)) => {
            options.iter().enumerate().all(|(index, option)| option.right == chosen.contains(&index))
        }
        (Form::Order { items, solution }, Given::Order(order)) => {
            // Items of the same text are interchangeable.
            order.len() == solution.len() && order.iter().zip(solution).all(|(&a, &b)| items[a] == items[b])
        }
        (Form::Typed { accepted, .. }, Given::Text(text)) => {
            accepted.iter().any(|spelling| folded(spelling) == folded(text))
        }
        (Form::Number { answer }, Given::Text(text)) => {
            bare(text).is_some_and(|value| is_near(answer, value))
        }
        _ => false,
    }
}

/// Tells whether two answers are the same to whoever judges them.
pub fn same_answer(form: &Form, a: &Given, b: &Given) -> bool {
    match (form, a, b) {
        (Form::Number { answer }, Given::Text(a), Given::Text(b)) => match (bare(a), bare(b)) {
            (Some(a), Some(b)) => is_near(&Quantity { value: a, ..answer.clone() }, b),
            _ => a == b,
        },
        (_, Given::Text(a), Given::Text(b)) => folded(a) == folded(b),
        _ => a == b,
    }
}

/// Reads the number in front of a unit; the unit is the question's own.
fn bare(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

fn is_near(quantity: &Quantity, value: f64) -> bool {
    let error = match quantity.tolerance {
        Tolerance::Exact => 0.0,
        Tolerance::Absolute(error) => error,
        Tolerance::Relative(share) => share * quantity.value.abs(),
    };
    // A hair more, for binary fractions.
    (value - quantity.value).abs() <= error + 1e-9 * quantity.value.abs().max(1e-300)
}

/// Drops what no judge would count: case, brackets, and how a list is spaced.
fn folded(text: &str) -> String {
    let plain = text.to_lowercase().replace(|c: char| "()[]<>{},".contains(c), " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_within_their_tolerance() {
        let form = rounded(2.0 / 3.0, "ms", 2);
        assert!(is_right(&form, &Wrong::from(0.674).given(&form)));
        assert!(!is_right(&form, &Wrong::from(0.69).given(&form)));
        assert_eq!(Wrong::from(45.678_9).given(&form), Given::Text("45.68 ms".to_owned()));
        assert!(is_right(&count(0), &Wrong::from(0_usize).given(&count(0))));
        assert!(!is_right(&count(0), &Wrong::from(1_usize).given(&count(0))));
    }

    #[test]
    fn significant_digits_are_kept_without_binary_noise() {
        let Form::Number { answer } = significant(8.759_999_999_999_035, "h") else { panic!("a number") };
        assert_eq!((answer.value, answer.tolerance), (8.76, Tolerance::Relative(0.01)));
    }

    #[test]
    fn lists_are_the_same_however_they_are_bracketed() {
        let form = tuple(&[2, 0, 3]);
        assert!(is_right(&form, &Given::Text("<2,0,3>".to_owned())));
        assert!(same_answer(&form, &Given::Text("2 0 4".to_owned()), &Given::Text("(2, 0, 4)".to_owned())));
        assert!(!is_right(&form, &Given::Text("(2, 0, 4)".to_owned())));
    }
}
