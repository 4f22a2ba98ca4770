//! What a setting is: one row of the table.

use super::Draft;

/// One thing an operator may choose. Its name is its key in the file; flag and environment variable
/// follow from it.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What stands for the value where the setting is explained.
    pub(crate) placeholder: &'static str,
    /// Written as in the environment. Without one the setting is unset.
    pub(crate) default: Option<&'static str>,
    pub(crate) about: &'static str,
    /// Checks the values and puts them in their place. Says what was expected instead.
    pub(crate) put: fn(&mut Draft, &[String]) -> Result<(), String>,
    pub(crate) effect: Effect,
    pub(crate) sight: Sight,
    /// Environment variables of other products that mean the same.
    pub(crate) also: &'static [&'static str],
    /// Whether the value may stand in a file that a variable names.
    pub(crate) by_file: bool,
}

/// The form of a value, and what bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Path,
    Switch,
    Whole {
        from: u64,
        to: u64,
    },
    Choice(&'static [&'static str]),
    /// Several texts; in a flag and in the environment with this between them.
    List(char),
    /// Several paths.
    Paths(char),
    /// Several `NAME=VALUE`, in a file a table.
    Pairs(char),
    /// Several `NAME=PATH`.
    PathPairs(char),
}

/// When a change of the setting counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Restart,
    Reload,
}

/// Who may see the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    Open,
    /// Shown nowhere, and without a flag: other users of a machine can see those.
    Secret,
}

type Put = fn(&mut Draft, &[String]) -> Result<(), String>;

impl Setting {
    pub(super) const fn new(
        name: &'static str,
        kind: Kind,
        placeholder: &'static str,
        about: &'static str,
        put: Put,
    ) -> Setting {
        Setting {
            name,
            kind,
            placeholder,
            default: None,
            about,
            put,
            effect: Effect::Restart,
            sight: Sight::Open,
            also: &[],
            by_file: false,
        }
    }

    pub(super) const fn or(mut self, default: &'static str) -> Setting {
        self.default = Some(default);
        self
    }

    pub(super) const fn reloaded(mut self) -> Setting {
        self.effect = Effect::Reload;
        self
    }

    pub(super) const fn secret(mut self) -> Setting {
        self.sight = Sight::Secret;
        self.by_file()
    }

    pub(super) const fn by_file(mut self) -> Setting {
        self.by_file = true;
        self
    }

    pub(super) const fn also(mut self, names: &'static [&'static str]) -> Setting {
        self.also = names;
        self
    }

    pub(crate) fn flag(&self) -> Option<String> {
        match self.sight {
            Sight::Open => Some(format!("--{}", self.name)),
            Sight::Secret => None,
        }
    }

    pub(crate) fn variable(&self) -> String {
        format!("CAIRN_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// The environment variables by which it is found, the strongest first.
    pub(crate) fn variables(&self) -> impl Iterator<Item = String> {
        let also = self.also.iter().map(|name| (*name).to_owned());
        std::iter::once(self.variable()).chain(also)
    }

    /// Those that name a file with the value, each behind the one that has the value itself.
    pub(crate) fn file_variables(&self) -> Vec<(String, String)> {
        let variables = self.variables().filter(|_| self.by_file);
        let pairs = variables.map(|name| {
            let of_file = format!("{name}_FILE");
            (name, of_file)
        });
        pairs.collect()
    }

    /// The values in one text, as a flag or the environment has them. A list may be empty.
    pub(crate) fn split(&self, text: &str) -> Vec<String> {
        match self.kind {
            Kind::List(between)
            | Kind::Paths(between)
            | Kind::Pairs(between)
            | Kind::PathPairs(between) => {
                let values = text.split(between).filter(|value| !value.is_empty());
                values.map(str::to_owned).collect()
            }
            _ => vec![text.to_owned()],
        }
    }

    /// Of a number.
    pub(crate) fn unit(&self) -> Option<&'static str> {
        match (self.kind, self.placeholder) {
            (Kind::Whole { .. }, "SECONDS") => Some("seconds"),
            (Kind::Whole { .. }, "MILLISECONDS") => Some("milliseconds"),
            (Kind::Whole { .. }, "MIB") => Some("MiB"),
            (Kind::Whole { .. }, "PER_SECOND") => Some("per second"),
            _ => None,
        }
    }

    pub(crate) fn defaults(&self) -> Vec<String> {
        self.default.map_or_else(Vec::new, |text| self.split(text))
    }
}

impl Kind {
    /// Whether a flag may be given several times.
    pub(crate) fn is_list(self) -> bool {
        matches!(
            self,
            Kind::List(_) | Kind::Paths(_) | Kind::Pairs(_) | Kind::PathPairs(_)
        )
    }

    /// What is wrong with the form of a value, whatever it is for.
    pub(crate) fn fault(self, value: &str) -> Option<String> {
        let fits = match self {
            Kind::Switch => switch(value).is_some(),
            Kind::Whole { from, to } => {
                let number = value.parse::<u64>();
                number.is_ok_and(|number| (from..=to).contains(&number))
            }
            Kind::Choice(known) => known.contains(&value),
            Kind::Text | Kind::Path => !value.is_empty(),
            Kind::List(_) | Kind::Paths(_) | Kind::Pairs(_) | Kind::PathPairs(_) => true,
        };
        (!fits).then(|| format!("expected {}", self.expected()))
    }

    pub(crate) fn expected(self) -> String {
        match self {
            Kind::Text => "a text".to_owned(),
            Kind::Path => "a path".to_owned(),
            Kind::Switch => "true or false".to_owned(),
            Kind::Whole { from, to } => format!("a whole number, {from} to {to}"),
            Kind::Choice(known) => known.join(" or "),
            Kind::List(_) => "a list of texts".to_owned(),
            Kind::Paths(_) => "a list of paths".to_owned(),
            Kind::Pairs(_) | Kind::PathPairs(_) => "a table of texts".to_owned(),
        }
    }
}

/// The environment knows no truth, and everybody writes it differently.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}
