//! Files as a repository names them: from its root, wherever in it the project stands.

/// The way from a repository's root to the folder from which paths are said, with a slash at its end; empty at the root.
#[derive(Debug, Clone, Default)]
pub struct Root(String);

impl Root {
    /// A project in this folder of its repository, names with `/` between them.
    pub fn at(folder: &str) -> Self {
        match folder.trim_matches('/') {
            "" => Self::default(),
            folder => Self(format!("{folder}/")),
        }
    }

    /// A file as the repository names it. What is absolute, or leads out of the folder, is left as it is.
    pub fn of(&self, file: &str) -> String {
        let is_below = !file.starts_with('/') && !file.starts_with("..") && !file.contains(":\\");
        if is_below { format!("{}{}", self.0, file.trim_start_matches("./")) } else { file.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root() {
        assert_eq!(Root::at("api/tests").of("specs/a.yaml"), "api/tests/specs/a.yaml");
        assert_eq!(Root::at("").of("./specs/a.yaml"), "specs/a.yaml");
        assert_eq!(Root::at("a").of("/tmp/a.yaml"), "/tmp/a.yaml");
    }
}
