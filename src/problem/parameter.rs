//! What an author may set on a problem card: declared by the family, read from the card's TOML lines, one value drawn.
//! Not for places in a file: `deck/` finds the line of a key and puts the caret there.

use serde_json::json;

use super::{Difficulty, Draw, Family};
use crate::diagnostic::did_you_mean;
use crate::seed::Seed;

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number within a range, both ends included.
    Integer(i64, i64),
    /// One of these whole numbers.
    OneOfIntegers(&'static [i64]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A number within a range, both ends included.
    Real(f64, f64),
}

/// A parameter of a family. An author may give one value, or a list from which each instance draws one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// The key in the deck, in kebab case.
    pub name: &'static str,
    /// What it means, lower case, without a full stop.
    pub doc: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The values from which an instance draws by default, for each difficulty.
    default: [Values; 3],
}

/// A list of values in a declaration.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Values {
    Integers(&'static [i64]),
    Words(&'static [&'static str]),
    Bools(&'static [bool]),
    Reals(&'static [f64]),
}

impl Parameter {
    /// Declares a whole number from `low` to `high`.
    #[must_use]
    pub const fn integer(
        name: &'static str,
        doc: &'static str,
        (low, high): (i64, i64),
        default: &'static [i64],
    ) -> Self {
        Self { name, doc, kind: Kind::Integer(low, high), default: [Values::Integers(default); 3] }
    }

    /// Declares a whole number out of a few.
    #[must_use]
    pub const fn one_of(
        name: &'static str,
        doc: &'static str,
        allowed: &'static [i64],
        default: &'static [i64],
    ) -> Self {
        Self { name, doc, kind: Kind::OneOfIntegers(allowed), default: [Values::Integers(default); 3] }
    }

    /// Sets whole-number defaults that grow with the difficulty.
    #[must_use]
    pub const fn graded(mut self, [easy, middle, hard]: [&'static [i64]; 3]) -> Self {
        self.default = [Values::Integers(easy), Values::Integers(middle), Values::Integers(hard)];
        self
    }

    /// Declares a word out of a few.
    #[must_use]
    pub const fn word(
        name: &'static str,
        doc: &'static str,
        allowed: &'static [&'static str],
        default: &'static [&'static str],
    ) -> Self {
        Self { name, doc, kind: Kind::Word(allowed), default: [Values::Words(default); 3] }
    }

    /// Sets word defaults that change with the difficulty.
    #[must_use]
    pub const fn graded_words(mut self, [easy, middle, hard]: [&'static [&'static str]; 3]) -> Self {
        self.default = [Values::Words(easy), Values::Words(middle), Values::Words(hard)];
        self
    }

    /// Declares a switch.
    #[must_use]
    pub const fn bool(name: &'static str, doc: &'static str, default: &'static [bool]) -> Self {
        Self { name, doc, kind: Kind::Bool, default: [Values::Bools(default); 3] }
    }

    /// Sets switch defaults that change with the difficulty.
    #[must_use]
    pub const fn graded_bools(mut self, [easy, middle, hard]: [&'static [bool]; 3]) -> Self {
        self.default = [Values::Bools(easy), Values::Bools(middle), Values::Bools(hard)];
        self
    }

    /// Declares a number from `low` to `high`.
    #[must_use]
    pub const fn real(
        name: &'static str,
        doc: &'static str,
        (low, high): (f64, f64),
        default: &'static [f64],
    ) -> Self {
        Self { name, doc, kind: Kind::Real(low, high), default: [Values::Reals(default); 3] }
    }

    /// Returns the default as TOML for one difficulty: a value, or a list to draw from.
    #[must_use]
    pub fn default(&self, difficulty: Difficulty) -> toml::Value {
        let mut values = difficulty.of(self.default).to_toml();
        if values.len() == 1 { values.remove(0) } else { toml::Value::Array(values) }
    }

    /// Says what it takes, as "a whole number from 3 to 9".
    #[must_use]
    pub fn takes(&self) -> String {
        match self.kind {
            Kind::Integer(low, high) => format!("a whole number from {low} to {high}"),
            Kind::OneOfIntegers(allowed) => {
                format!("one of {}", allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Kind::Word(allowed) => {
                format!(
                    "one of {}",
                    allowed.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ")
                )
            }
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Real(low, high) => format!("a number from {low} to {high}"),
        }
    }

    fn accept(&self, value: &toml::Value) -> Result<toml::Value, Refusal> {
        use toml::Value::{Boolean, Float, Integer, String};
        let within = |fits: bool| if fits { Ok(value.clone()) } else { Err(Refusal::Range) };
        match (self.kind, value) {
            (Kind::Integer(low, high), Integer(n)) => within((low..=high).contains(n)),
            (Kind::OneOfIntegers(allowed), Integer(n)) => within(allowed.contains(n)),
            (Kind::Word(allowed), String(word)) => within(allowed.contains(&word.as_str())),
            (Kind::Bool, Boolean(_)) => Ok(value.clone()),
            (Kind::Real(low, high), Float(n)) => within((low..=high).contains(n)),
            (Kind::Real(low, high), &Integer(n)) => {
                let n = n as f64;
                if (low..=high).contains(&n) { Ok(Float(n)) } else { Err(Refusal::Range) }
            }
            _ => Err(Refusal::Type),
        }
    }

    fn suggestion(&self, value: &toml::Value) -> Option<String> {
        let (Kind::Word(allowed), toml::Value::String(word)) = (self.kind, value) else { return None };
        did_you_mean(word, allowed.iter().copied()).map(|near| format!("did you mean `\"{near}\"`?"))
    }
}

impl Values {
    fn to_toml(self) -> Vec<toml::Value> {
        match self {
            Self::Integers(list) => list.iter().map(|&n| toml::Value::Integer(n)).collect(),
            Self::Words(list) => list.iter().map(|&word| toml::Value::String(word.to_owned())).collect(),
            Self::Bools(list) => list.iter().map(|&b| toml::Value::Boolean(b)).collect(),
            Self::Reals(list) => list.iter().map(|&n| toml::Value::Float(n)).collect(),
        }
    }
}

enum Refusal {
    Type,
    Range,
}

/// What is wrong with one parameter of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterFault {
    /// The key as written, to find its line.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// What to type instead.
    pub help: Option<String>,
}

/// The parameters of a card: for each one the values to draw from.
#[derive(Clone, Debug)]
pub struct Parameters {
    entries: Vec<(&'static Parameter, Option<Vec<toml::Value>>)>,
}

impl Parameters {
    /// Reads the parameters that an author wrote; absent ones have their defaults.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the table: unknown keys, wrong types, values out of range, empty lists.
    pub fn read(family: &dyn Family, table: &toml::Table) -> Result<Self, Vec<ParameterFault>> {
        let mut parameters = Self::defaults(family);
        let mut faults = Vec::new();
        for (name, value) in table {
            let Some(entry) = parameters.entries.iter_mut().find(|(parameter, _)| parameter.name == name)
            else {
                faults.push(unknown(family, name));
                continue;
            };
            match read_one(entry.0, value) {
                Ok(values) => entry.1 = Some(values),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(parameters) } else { Err(faults) }
    }

    /// Returns the defaults of a family.
    #[must_use]
    pub fn defaults(family: &dyn Family) -> Self {
        Self { entries: family.parameters().iter().map(|parameter| (parameter, None)).collect() }
    }

    /// Draws one value for each parameter, each from a stream of its own.
    #[must_use]
    pub fn choose(&self, seed: Seed, difficulty: Difficulty) -> Chosen {
        let choose = |(parameter, given): &(&'static Parameter, Option<Vec<toml::Value>>)| {
            let defaults;
            let values = match given {
                Some(values) => values,
                None => {
                    defaults = difficulty.of(parameter.default).to_toml();
                    &defaults
                }
            };
            let value = match values.as_slice() {
                // A generator costs more than most draws; spare it where there is nothing to draw.
                [only] => only,
                many => Draw::new(seed.derive(parameter.name, 1)).pick(many),
            };
            (parameter.name, value.clone())
        };
        Chosen { values: self.entries.iter().map(choose).collect() }
    }
}

fn read_one(parameter: &Parameter, value: &toml::Value) -> Result<Vec<toml::Value>, ParameterFault> {
    let fault = |message: String, help: String| {
        Err(ParameterFault { name: parameter.name.to_owned(), message, help: Some(help) })
    };
    let example = format!("for example `{} = {}`", parameter.name, parameter.default(Difficulty::new(0)));
    let given = match value {
        toml::Value::Array(list) if list.is_empty() => {
            return fault(format!("`{}` has nothing to draw from", parameter.name), example);
        }
        toml::Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut values = Vec::with_capacity(given.len());
    for one in given {
        match parameter.accept(one) {
            Ok(value) => values.push(value),
            Err(refusal) => {
                let what = match refusal {
                    Refusal::Type => format!("{} `{one}`", article(one)),
                    Refusal::Range => format!("`{one}`"),
                };
                let message = format!("`{}` is {}, not {what}", parameter.name, parameter.takes());
                return fault(message, parameter.suggestion(one).unwrap_or(example));
            }
        }
    }
    Ok(values)
}

fn article(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "the text",
        toml::Value::Integer(_) => "the whole number",
        toml::Value::Float(_) => "the number",
        toml::Value::Boolean(_) => "the switch",
        toml::Value::Datetime(_) => "the date",
        toml::Value::Array(_) => "the list",
        toml::Value::Table(_) => "the table",
    }
}

fn unknown(family: &dyn Family, name: &str) -> ParameterFault {
    let known = || family.parameters().iter().map(|parameter| parameter.name);
    let help = match did_you_mean(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if family.parameters().is_empty() => format!("`{}` takes no parameters", family.name()),
        None => {
            let known: Vec<String> = known().map(|known| format!("`{known}`")).collect();
            format!("`{}` takes {}", family.name(), known.join(", "))
        }
    };
    let message = format!("`{}` has no parameter `{name}`", family.name());
    ParameterFault { name: name.to_owned(), message, help: Some(help) }
}

/// One value for each parameter of a family.
///
/// Its methods take names that the family declares; any other name is a fault in the family, and they panic.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    values: Vec<(&'static str, toml::Value)>,
}

impl Chosen {
    fn get(&self, name: &str) -> &toml::Value {
        match self.values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => value,
            None => unreachable!("the family does not declare `{name}`"),
        }
    }

    /// Returns a whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        self.get(name).as_integer().unwrap_or_default()
    }

    /// Returns a whole number that is declared not to be negative.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        usize::try_from(self.integer(name)).unwrap_or_default()
    }

    /// Returns a word.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// Returns a switch.
    #[must_use]
    pub fn bool(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or_default()
    }

    /// Returns a number.
    #[must_use]
    pub fn real(&self, name: &str) -> f64 {
        self.get(name).as_float().unwrap_or_default()
    }

    /// Returns all as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let to_json = |value: &toml::Value| match value {
            toml::Value::Integer(n) => json!(n),
            toml::Value::Float(n) => json!(n),
            toml::Value::Boolean(b) => json!(b),
            other => json!(other.as_str().unwrap_or_default()),
        };
        self.values.iter().map(|(name, value)| ((*name).to_owned(), to_json(value))).collect()
    }
}
