using System.Collections.Immutable;

namespace Exograph.Extract.CSharp;

/// <summary>The families of target frameworks, those that are chosen first last.</summary>
internal enum FrameworkFamily
{
    Other,
    NetFramework,
    NetStandard,
    NetCoreApp,
    Net,
}

/// <summary>A target framework as projects name it, such as <c>net8.0-windows</c>, and the symbols that the SDK defines for it.</summary>
/// <param name="Text">As the project writes it.</param>
/// <param name="Family">What it is a version of.</param>
/// <param name="Version">Its version; of another family than the known ones 0.0.</param>
/// <param name="Platform">The operating system after the hyphen, with its version.</param>
internal sealed record TargetFramework(string Text, FrameworkFamily Family, Version Version, string? Platform)
{
    private static readonly ImmutableArray<Version> s_netFrameworks =
        [.. new[] { "2.0", "3.5", "4.0", "4.5", "4.5.1", "4.5.2", "4.6", "4.6.1", "4.6.2", "4.7", "4.7.1", "4.7.2", "4.8", "4.8.1" }
            .Select(Version.Parse)];

    private static readonly ImmutableArray<Version> s_netStandards =
        [.. new[] { "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.0", "2.1" }.Select(Version.Parse)];

    private static readonly ImmutableArray<Version> s_netCoreApps =
        [.. new[] { "1.0", "1.1", "2.0", "2.1", "2.2", "3.0", "3.1" }.Select(Version.Parse)];

    /// <summary>Reads a name; null where it is none.</summary>
    public static TargetFramework? Parse(string text)
    {
        const int maxLength = 64;
        if (text.Length is 0 or > maxLength || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
            return null;
        var parts = text.ToLowerInvariant().Split('-', 2);
        var (family, digits) = parts[0] switch
        {
            var p when p.StartsWith("netstandard", StringComparison.Ordinal) => (FrameworkFamily.NetStandard, p[11..]),
            var p when p.StartsWith("netcoreapp", StringComparison.Ordinal) => (FrameworkFamily.NetCoreApp, p[10..]),
            var p when p.StartsWith("net", StringComparison.Ordinal) => (FrameworkFamily.NetFramework, p[3..]),
            _ => (FrameworkFamily.Other, ""),
        };
        if (VersionOf(digits) is not { } version)
            return new TargetFramework(text, FrameworkFamily.Other, new Version(0, 0), null);
        const int firstWithoutFamily = 5;
        if (family is FrameworkFamily.NetFramework or FrameworkFamily.NetCoreApp && version.Major >= firstWithoutFamily)
            family = FrameworkFamily.Net;
        return new TargetFramework(text, family, version, parts.Length > 1 ? parts[1] : null);
    }

    /// <summary>The one to read a project as: the newest .NET, else .NET Core, .NET Standard, .NET Framework; rather no platform's.</summary>
    public static TargetFramework? Newest(IEnumerable<TargetFramework> frameworks) => frameworks
        .OrderByDescending(f => f.Family).ThenByDescending(f => f.Version).ThenBy(f => f.Platform is null ? 0 : 1).FirstOrDefault();

    /// <summary>Whether code made for another framework can be used in this one.</summary>
    public bool CanUse(TargetFramework other)
    {
        if (other.Platform is { } platform && !string.Equals(platform, Platform, StringComparison.Ordinal))
            return false;
        if (Family == FrameworkFamily.Net && other.Family == FrameworkFamily.NetCoreApp)
            return true;
        return Family == other.Family ? Version >= other.Version
            : other.Family == FrameworkFamily.NetStandard && NewestStandard() is { } standard && standard >= other.Version;
    }

    /// <summary>The symbols that the SDK defines.</summary>
    public IEnumerable<string> Symbols()
    {
        var own = Family switch
        {
            FrameworkFamily.Net => ["NET", "NETCOREAPP", Symbol("NET", Version), .. AtLeast("NETCOREAPP", s_netCoreApps),
                .. Enumerable.Range(5, Math.Clamp(Version.Major - 4, 0, 95)).Select(v => $"NET{v}_0_OR_GREATER")],
            FrameworkFamily.NetCoreApp => ["NETCOREAPP", Symbol("NETCOREAPP", Version), .. AtLeast("NETCOREAPP", s_netCoreApps)],
            FrameworkFamily.NetStandard => ["NETSTANDARD", Symbol("NETSTANDARD", Version), .. AtLeast("NETSTANDARD", s_netStandards)],
            FrameworkFamily.NetFramework =>
                ["NETFRAMEWORK", Run("NET", Version), .. s_netFrameworks.Where(v => v <= Version).Select(v => Run("NET", v) + "_OR_GREATER")],
            _ => Array.Empty<string>(),
        };
        return own.Concat(PlatformSymbols());
    }

    private IEnumerable<string> PlatformSymbols()
    {
        if (Platform is null)
            yield break;
        var name = PlatformName.ToUpperInvariant();
        yield return name;
        var digits = Platform[name.Length..];
        if (VersionOf(digits.Length == 0 && name == "WINDOWS" ? "7.0" : digits) is not { } version)
            yield break;
        yield return Symbol(name, version);
        yield return Symbol(name, version) + "_OR_GREATER";
    }

    private IEnumerable<string> AtLeast(string prefix, ImmutableArray<Version> versions) =>
        versions.Where(v => v <= Version).Select(v => Symbol(prefix, v) + "_OR_GREATER");

    private Version? NewestStandard() => Family switch
    {
        FrameworkFamily.Net => new Version(2, 1),
        FrameworkFamily.NetCoreApp => Version.Major switch { 1 => new Version(1, 6), 2 => new Version(2, 0), _ => new Version(2, 1) },
        FrameworkFamily.NetFramework when Version >= new Version(4, 6, 1) => new Version(2, 0),
        FrameworkFamily.NetFramework when Version >= new Version(4, 6) => new Version(1, 3),
        FrameworkFamily.NetFramework when Version >= new Version(4, 5) => new Version(1, 1),
        _ => null,
    };

    private static string Symbol(string prefix, Version version) => prefix + version.ToString().Replace('.', '_');

    private static string Run(string prefix, Version version) =>
        prefix + version.ToString().Replace(".", "", StringComparison.Ordinal);

    /// <summary>A version with dots, or as .NET Framework has it without: <c>472</c>.</summary>
    private static Version? VersionOf(string digits)
    {
        if (!digits.Contains('.', StringComparison.Ordinal) && digits.Length is > 0 and <= 4)
            digits = string.Join('.', digits.Append('0').Take(Math.Max(2, digits.Length)));
        return Version.TryParse(digits.TrimEnd('.'), out var version) && version.Major < 100 ? version : null;
    }

    /// <summary>The number of a version alone, as <c>GetTargetFrameworkVersion</c> gives it.</summary>
    public string VersionText => Version.ToString(Math.Min(2, Version.ToString().Count(c => c == '.') + 1));

    /// <summary>The name of the operating system without its version; empty for none.</summary>
    public string PlatformName => Platform is null ? "" : Platform.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');

    /// <summary>The long name of the family, as <c>GetTargetFrameworkIdentifier</c> gives it.</summary>
    public string Identifier => Family switch
    {
        FrameworkFamily.Net or FrameworkFamily.NetCoreApp => ".NETCoreApp",
        FrameworkFamily.NetStandard => ".NETStandard",
        FrameworkFamily.NetFramework => ".NETFramework",
        _ => "Unsupported",
    };
}
