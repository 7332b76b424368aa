//! Enums whose variants have names in specs, case files, options or reports.

/// Declares such an enum. A variant without a name does not compile, so no separate list of names needs maintenance.
macro_rules! named {
    (
        $(#[$of_enum:meta])*
        pub enum $Enum:ident {
            $($(#[$of_variant:meta])* $Variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$of_enum])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Enum {
            $($(#[$of_variant])* $Variant,)+
        }

        impl $Enum {
            /// All variants, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)+];

            /// Their names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// Returns the name of the variant.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                }
            }

            /// Returns the variant of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.name() == name)
            }
        }
    };
}

pub(crate) use named;

#[cfg(test)]
mod tests {
    named! {
        /// Sizes.
        pub enum Size {
            /// A small one.
            Small = "small",
            /// A large one.
            Large = "very-large",
        }
    }

    #[test]
    fn variants_are_found_only_by_their_own_names() {
        for (size, name) in Size::ALL.iter().zip(Size::NAMES) {
            assert_eq!(Size::named(name), Some(*size));
            assert_eq!(size.name(), *name);
        }
        assert_eq!(Size::named("large"), None);
        assert_eq!(Size::ALL, [Size::Small, Size::Large]);
    }
}
