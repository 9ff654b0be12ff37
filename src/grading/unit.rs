//! Units of measure: time, information, rates, shares, and words that nobody defined ("messages").
//! A unit is a scale and a dimension; two of one dimension convert. Not for numbers: `quantity.rs`.

/// A unit: how much of its dimension's base it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    /// In seconds, bytes, or one.
    pub(super) scale: f64,
    /// What it measures: powers of seconds and bytes, and an undefined word.
    dimension: Dimension,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Dimension {
    seconds: i8,
    bytes: i8,
    metres: i8,
    /// A word without definition, in the singular, lower case.
    word: String,
}

impl Unit {
    /// Reads a unit; a text that names none becomes a word of its own.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        let (above, below) = match text.split_once('/') {
            Some((above, below)) => (above.trim(), Some(below.trim())),
            None => match text.split_once("per ") {
                Some((above, below)) if above.is_empty() || above.ends_with(' ') => {
                    (above.trim(), Some(below.trim()))
                }
                _ => (text, None),
            },
        };
        let mut unit = Self::simple(above);
        if let Some(below) = below {
            let by = Self::simple(below);
            if by.dimension.word.is_empty() {
                unit.scale /= by.scale;
                unit.dimension.seconds -= by.dimension.seconds;
                unit.dimension.bytes -= by.dimension.bytes;
                unit.dimension.metres -= by.dimension.metres;
            } else {
                unit.dimension.word = format!("{}/{}", unit.dimension.word, by.dimension.word);
            }
        }
        unit
    }

    /// Tells whether this is a mere factor, as `%`.
    pub(super) fn is_plain(&self) -> bool {
        self.dimension == Dimension::default()
    }

    /// Returns how many of `other` one of this is, when both measure the same.
    pub(super) fn in_terms_of(&self, other: &Self) -> Option<f64> {
        (self.dimension == other.dimension).then(|| self.scale / other.scale)
    }

    fn plain(scale: f64) -> Self {
        Self { scale, dimension: Dimension::default() }
    }

    fn seconds(scale: f64, power: i8) -> Self {
        Self { scale, dimension: Dimension { seconds: power, ..Dimension::default() } }
    }

    fn bytes(scale: f64, per_second: bool) -> Self {
        let dimension = Dimension { bytes: 1, seconds: -i8::from(per_second), ..Dimension::default() };
        Self { scale, dimension }
    }

    fn simple(text: &str) -> Self {
        match text {
            "" => return Self::plain(1.0),
            "%" | "percent" => return Self::plain(0.01),
            "‰" => return Self::plain(0.001),
            "ppm" => return Self::plain(1e-6),
            "k" | "K" | "thousand" => return Self::plain(1e3),
            "M" | "million" => return Self::plain(1e6),
            "G" | "billion" => return Self::plain(1e9),
            "T" | "trillion" => return Self::plain(1e12),
            "min" | "mins" => return Self::seconds(60.0, 1),
            "h" | "hr" | "hrs" => return Self::seconds(3_600.0, 1),
            "d" => return Self::seconds(86_400.0, 1),
            "sec" | "secs" => return Self::seconds(1.0, 1),
            "rpm" => return Self::seconds(1.0 / 60.0, -1),
            _ => {}
        }
        let lower = text.to_lowercase();
        let singular = lower.strip_suffix('s').filter(|word| word.len() > 1).unwrap_or(&lower);
        match singular {
            "minute" => return Self::seconds(60.0, 1),
            "hour" => return Self::seconds(3_600.0, 1),
            "day" => return Self::seconds(86_400.0, 1),
            "week" => return Self::seconds(604_800.0, 1),
            _ => {}
        }
        // Symbols keep their case: `Mb` is an eighth of `MB`.
        for (suffix, base) in [
            ("bit/s", Self::bytes(0.125, true)),
            ("bps", Self::bytes(0.125, true)),
            ("bits", Self::bytes(0.125, false)),
            ("bit", Self::bytes(0.125, false)),
            ("Hz", Self::seconds(1.0, -1)),
            ("B", Self::bytes(1.0, false)),
            ("b", Self::bytes(0.125, false)),
            ("s", Self::seconds(1.0, 1)),
            ("m", Self { scale: 1.0, dimension: Dimension { metres: 1, ..Dimension::default() } }),
        ] {
            if let Some(factor) = text.strip_suffix(suffix).and_then(prefix) {
                return Self { scale: base.scale * factor, ..base };
            }
        }
        for (word, base) in [
            ("byte", Self::bytes(1.0, false)),
            ("bit", Self::bytes(0.125, false)),
            ("second", Self::seconds(1.0, 1)),
            ("metre", Self { scale: 1.0, dimension: Dimension { metres: 1, ..Dimension::default() } }),
            ("meter", Self { scale: 1.0, dimension: Dimension { metres: 1, ..Dimension::default() } }),
        ] {
            if let Some(factor) = singular.strip_suffix(word).and_then(prefix_word) {
                return Self { scale: base.scale * factor, ..base };
            }
        }
        Self { scale: 1.0, dimension: Dimension { word: singular.to_owned(), ..Dimension::default() } }
    }
}

/// Returns the factor of a prefix: SI (BIPM brochure, table 7) or binary (IEC 80000-13); `K` is taken as `k`.
fn prefix(text: &str) -> Option<f64> {
    let binary = |power: i32| 1024_f64.powi(power);
    Some(match text {
        "" => 1.0,
        "p" => 1e-12,
        "n" => 1e-9,
        "µ" | "μ" | "u" => 1e-6,
        "m" => 1e-3,
        "c" => 1e-2,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => return None,
    })
}

fn prefix_word(text: &str) -> Option<f64> {
    Some(match text {
        "" => 1.0,
        "pico" => 1e-12,
        "nano" => 1e-9,
        "micro" => 1e-6,
        "milli" => 1e-3,
        "kilo" => 1e3,
        "mega" => 1e6,
        "giga" => 1e9,
        "tera" => 1e12,
        "peta" => 1e15,
        "kibi" => 1024.0,
        "mebi" => 1_048_576.0,
        "gibi" => 1_073_741_824.0,
        "tebi" => 1_099_511_627_776.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(a: &str, b: &str) -> Option<f64> {
        Unit::parse(a).in_terms_of(&Unit::parse(b))
    }

    #[test]
    fn units_of_one_dimension_convert() {
        for (a, b, factor) in [
            ("ms", "µs", 1000.0),
            ("μs", "us", 1.0),
            ("KiB", "B", 1024.0),
            ("kB", "B", 1000.0),
            ("GB", "bits", 8e9),
            ("Gbps", "MB/s", 125.0),
            ("Gbit/s", "Gb/s", 1.0),
            ("hours", "minutes", 60.0),
            ("kHz", "/s", 1000.0),
            ("%", "", 0.01),
            ("requests/min", "requests/s", 1.0 / 60.0),
            ("milliseconds", "s", 0.001),
            ("week", "d", 7.0),
            ("km", "m", 1000.0),
        ] {
            let found = ratio(a, b).unwrap_or_else(|| panic!("{a} in {b}"));
            assert!((found / factor - 1.0).abs() < 1e-12, "{a} in {b}: {found}");
        }
    }

    #[test]
    fn what_measures_something_else_does_not() {
        for (a, b) in [("ms", "MB"), ("messages", "rounds"), ("s", "/s"), ("requests/s", "s"), ("ms", "")] {
            assert_eq!(ratio(a, b), None, "{a} in {b}");
        }
    }
}
