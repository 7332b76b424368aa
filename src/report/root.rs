//! Paths relative to the root of a repository, wherever in it the project is.

/// The path from a repository's root to the folder that other paths are relative to, with a slash at its end; empty for
/// the root.
#[derive(Debug, Clone, Default)]
pub struct Root(String);

impl Root {
    /// Creates the root for a project in this folder of its repository. The folder has `/` between its names.
    pub fn at(folder: &str) -> Self {
        match folder.trim_matches('/') {
            "" => Self::default(),
            folder => Self(format!("{folder}/")),
        }
    }

    /// Returns a file's path in the repository. An absolute path, or one that leads out of the folder, stays as it is.
    pub fn of(&self, file: &str) -> String {
        let is_below = !file.starts_with('/') && !file.starts_with("..") && !file.contains(":\\");
        if is_below { format!("{}{}", self.0, file.trim_start_matches("./")) } else { file.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_repository_root() {
        assert_eq!(Root::at("api/tests").of("specs/a.yaml"), "api/tests/specs/a.yaml");
        assert_eq!(Root::at("").of("./specs/a.yaml"), "specs/a.yaml");
        assert_eq!(Root::at("a").of("/tmp/a.yaml"), "/tmp/a.yaml");
    }
}
