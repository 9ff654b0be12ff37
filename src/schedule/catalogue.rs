//! From a scheduler's name, as the command line and the configuration have it, to the scheduler.
//! Not for reading configuration: the options come as values.

use super::anki::{Anki, AnkiConfig};
use super::fsrs::{Fsrs, FsrsConfig, Parameters};
use super::sm2::{Sm2, Sm2Config};
use super::sm2_1990::Sm2Of1990;
use super::{ConfigError, MAX_INTERVAL, Scheduler};

/// The names of all schedulers, the default first.
pub const NAMES: [&str; 4] = ["sm2", "sm2-1990", "anki", "fsrs"];

/// What each scheduler is, in a line; in the order of [`NAMES`].
pub const SUMMARIES: [&str; 4] = [
    "SM-2 with its known faults mended: one ease a card, one ten-minute retry (the default)",
    "the SM-2 of 1990 to the letter, with qualities 0 to 5 and its drill below 4",
    "Anki's scheduler of the SM-2 family, learning steps and all",
    "FSRS-6: stability and difficulty, with a desired retention",
];

/// What may be asked of any scheduler; each takes what has a meaning for it and refuses the rest.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Desired retention: `0.7..=0.99`. For `sm2` and `anki` it becomes a factor on intervals.
    pub retention: Option<f64>,
    /// The 21 parameters of FSRS-6.
    pub parameters: Option<Vec<f64>>,
    /// Longest interval in days, `1..=36500`.
    pub max_interval: Option<u32>,
    /// Learning steps of `anki`, in minutes.
    pub learning_steps: Option<Vec<f32>>,
    /// Relearning steps of `anki`, in minutes.
    pub relearning_steps: Option<Vec<f32>>,
    /// Whether to keep every interval where arithmetic puts it, in place of spreading it over nearby days.
    pub no_fuzz: bool,
}

/// Why there is no such scheduler.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CatalogueError {
    /// No scheduler has that name.
    #[error("no scheduler is called `{0}`; there are `sm2`, `sm2-1990`, `anki` and `fsrs`")]
    Unknown(String),
    /// The scheduler has no such option.
    #[error("`{scheduler}` has no `{option}`")]
    NoSuchOption {
        /// The scheduler.
        scheduler: &'static str,
        /// The option.
        option: &'static str,
    },
    /// A value is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Builds a scheduler by name.
///
/// # Errors
/// Fails when the name is unknown, an option means nothing to that scheduler, or a value is out of its range.
pub fn scheduler(name: &str, options: &Options) -> Result<Box<dyn Scheduler>, CatalogueError> {
    let known = NAMES.into_iter().find(|known| *known == name);
    let known = known.ok_or_else(|| CatalogueError::Unknown(name.to_owned()))?;
    let Options { retention, parameters, max_interval, learning_steps, relearning_steps, no_fuzz } = options;
    let refuse = |given: bool, option| {
        let error = CatalogueError::NoSuchOption { scheduler: known, option };
        if given { Err(error) } else { Ok(()) }
    };
    refuse(parameters.is_some() && known != "fsrs", "parameters")?;
    refuse(learning_steps.is_some() && known != "anki", "learning-steps")?;
    refuse(relearning_steps.is_some() && known != "anki", "relearning-steps")?;
    if let Some(retention) = *retention {
        ConfigError::unless((0.7..=0.99).contains(&retention), "retention", "0.7 to 0.99", retention)?;
    }
    let max_interval_given = max_interval.is_some();
    let max_interval = max_interval.unwrap_or(MAX_INTERVAL);
    let fuzz = !no_fuzz;
    Ok(match known {
        "sm2-1990" => {
            refuse(retention.is_some(), "retention")?;
            refuse(max_interval_given, "max-interval")?;
            Box::new(Sm2Of1990)
        }
        "anki" => {
            let default = AnkiConfig::default();
            Box::new(Anki::new(AnkiConfig {
                interval_modifier: retention.map_or(1.0, |r| (r.ln() / 0.9_f64.ln()).clamp(0.5, 2.0) as f32),
                good_interval: default.good_interval.min(max_interval),
                easy_interval: default.easy_interval.min(max_interval),
                max_interval,
                learning_steps: learning_steps.clone().unwrap_or(default.learning_steps),
                relearning_steps: relearning_steps.clone().unwrap_or(default.relearning_steps),
                fuzz,
                ..AnkiConfig::default()
            })?)
        }
        "fsrs" => Box::new(Fsrs::new(FsrsConfig {
            parameters: parameters.as_deref().map_or(Ok(Parameters::DEFAULT), Parameters::new)?,
            retention: retention.unwrap_or(0.9),
            max_interval,
            fuzz,
            ..FsrsConfig::default()
        })?),
        _ => {
            let default = Sm2Config::default();
            Box::new(Sm2::new(Sm2Config {
                growth: retention.map_or(1.0, Sm2Config::growth_for),
                good_interval: default.good_interval.min(max_interval),
                easy_interval: default.easy_interval.min(max_interval),
                max_interval,
                fuzz,
                ..default
            })?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, options: &Options) -> String {
        scheduler(name, options).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn every_name_gives_the_scheduler_of_that_name() {
        for name in NAMES {
            assert_eq!(scheduler(name, &Options::default()).unwrap().name(), name);
            let plain = Options { no_fuzz: true, ..Options::default() };
            assert_eq!(scheduler(name, &plain).unwrap().name(), name);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        assert_eq!(
            refused("sm3", &Options::default()),
            "no scheduler is called `sm3`; there are `sm2`, `sm2-1990`, `anki` and `fsrs`"
        );
        let retention = |retention| Options { retention: Some(retention), ..Options::default() };
        assert_eq!(refused("sm2", &retention(1.5)), "`retention` must be 0.7 to 0.99, not 1.5");
        assert_eq!(refused("sm2-1990", &retention(0.9)), "`sm2-1990` has no `retention`");
        let parameters = Options { parameters: Some(vec![1.0]), ..Options::default() };
        assert_eq!(refused("anki", &parameters), "`anki` has no `parameters`");
        assert_eq!(
            refused("fsrs", &parameters),
            "`parameters` must be 21 numbers, as FSRS-6 has them, not [1.0]"
        );
        let short = |days| Options { max_interval: Some(days), ..Options::default() };
        assert_eq!(refused("fsrs", &short(0)), "`max_interval` must be 1 to 36500 days, not 0");
        assert_eq!(refused("sm2", &short(2)), "");
        assert_eq!(refused("anki", &short(2)), "");
    }
}
