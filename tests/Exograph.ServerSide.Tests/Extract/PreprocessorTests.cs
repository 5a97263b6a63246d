using Exograph.Extract.CSharp;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>Which code there is depends on symbols, which the project gives as far as it can be read without MSBuild.</summary>
public class PreprocessorTests
{
    private static string Sdk(string properties) => $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>{properties}</PropertyGroup></Project>";

    /// <summary>A class for each symbol, there where it is defined.</summary>
    private static string Classes(params string[] symbols) =>
        string.Concat(symbols.Select(symbol => $"#if {symbol}\nclass {symbol}_ {{ }}\n#endif\n"));

    private static async Task<string[]> DefinedAsync(SourceFolder folder, Func<ExtractOptions, ExtractOptions>? adjust = null) =>
        [.. (await folder.ExtractAsync(adjust ?? (o => o))).Texts("definitions", "name").Select(name => name.TrimEnd('_'))];

    [Fact]
    public async Task Constants_of_the_project_and_the_props_above_are_defined()
    {
        using var folder = new SourceFolder()
            .With("Directory.Build.props", "<Project><PropertyGroup><DefineConstants>ABOVE</DefineConstants></PropertyGroup></Project>")
            .With("p/P.csproj", Sdk("<DefineConstants>$(DefineConstants);OWN,TOO</DefineConstants>"))
            .With("p/A.cs", Classes("ABOVE", "OWN", "TOO", "TRACE", "RELEASE", "DEBUG", "OTHER"));

        Assert.Equal(["ABOVE", "OWN", "TOO", "TRACE", "RELEASE"], await DefinedAsync(folder));
    }

    [Fact]
    public async Task A_project_is_read_as_the_newest_of_its_target_frameworks_and_says_so()
    {
        var notes = new List<string>();
        using var folder = new SourceFolder()
            .With("P.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFrameworks>netstandard2.0;net8.0-windows;net8.0;net472</TargetFrameworks></PropertyGroup>
                  <PropertyGroup Condition="'$(TargetFramework)' == 'net8.0'"><DefineConstants>$(DefineConstants);NEW</DefineConstants></PropertyGroup>
                  <PropertyGroup Condition=" '$(TargetFramework)' == 'net472' "><DefineConstants>$(DefineConstants);OLD</DefineConstants></PropertyGroup>
                </Project>
                """)
            .With("A.cs", Classes("NEW", "OLD", "NET", "NET8_0", "NET8_0_OR_GREATER", "NET5_0_OR_GREATER", "NET9_0_OR_GREATER",
                "NETCOREAPP", "NETCOREAPP3_1_OR_GREATER", "NETSTANDARD", "NETFRAMEWORK", "NET472", "NET45_OR_GREATER", "NET48_OR_GREATER"));

        Assert.Equal(
            ["NEW", "NET", "NET8_0", "NET8_0_OR_GREATER", "NET5_0_OR_GREATER", "NETCOREAPP", "NETCOREAPP3_1_OR_GREATER"],
            await DefinedAsync(folder, o => o with { Note = notes.Add }));
        Assert.Contains("P.csproj: read as net8.0, one of 4 target frameworks", notes);
        Assert.Equal(
            ["OLD", "NETFRAMEWORK", "NET472", "NET45_OR_GREATER"], await DefinedAsync(folder, o => o with { Framework = "net472" }));
    }

    [Theory]
    [InlineData("netstandard2.0", "NETSTANDARD NETSTANDARD2_0 NETSTANDARD1_6_OR_GREATER NETSTANDARD2_0_OR_GREATER")]
    [InlineData("netcoreapp3.1", "NETCOREAPP NETCOREAPP3_1 NETCOREAPP2_0_OR_GREATER")]
    [InlineData("net10.0", "NET NET10_0 NET10_0_OR_GREATER NETCOREAPP NETCOREAPP2_0_OR_GREATER")]
    [InlineData("net6.0-windows10.0.19041", "NET NETCOREAPP NETCOREAPP2_0_OR_GREATER WINDOWS WINDOWS10_0_19041_OR_GREATER")]
    [InlineData("net481", "NETFRAMEWORK NET481 NET472_OR_GREATER")]
    public async Task A_target_framework_defines_what_the_SDK_defines_for_it(string framework, string expected)
    {
        using var folder = new SourceFolder().With("P.csproj", Sdk($"<TargetFramework>{framework}</TargetFramework>"))
            .With("A.cs", Classes("NETSTANDARD", "NETSTANDARD2_0", "NETSTANDARD1_6_OR_GREATER", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER",
                "NET", "NET10_0", "NET10_0_OR_GREATER", "NETCOREAPP", "NETCOREAPP3_1", "NETCOREAPP2_0_OR_GREATER", "WINDOWS",
                "WINDOWS10_0_19041_OR_GREATER", "NETFRAMEWORK", "NET481", "NET472_OR_GREATER"));

        Assert.Equal(expected.Split(' '), await DefinedAsync(folder));
    }

    [Theory]
    [InlineData("'$(TargetFramework)' == 'net8.0'", true)]
    [InlineData("$(TargetFramework) == NET8.0", true)]
    [InlineData("'$(TargetFramework)' != 'net8.0'", false)]
    [InlineData("'$(Configuration)|$(Platform)' == 'Release|AnyCPU'", true)]
    [InlineData("'$(Configuration)' == 'Debug' Or '$(A)' == ''", true)]
    [InlineData("'$(Configuration)' == 'Debug' and '$(A)' == ''", false)]
    [InlineData("!('$(Configuration)' == 'Debug')", true)]
    [InlineData("$(TargetFramework.StartsWith('net8'))", true)]
    [InlineData("$(TargetFramework.StartsWith('net4')) or '$(B)' >= '2'", true)]
    [InlineData("$([MSBuild]::IsTargetFrameworkCompatible('$(TargetFramework)', 'net6.0'))", true)]
    [InlineData("'$([MSBuild]::IsTargetFrameworkCompatible('$(TargetFramework)', 'net9.0'))' == 'true'", false)]
    [InlineData("'$([MSBuild]::GetTargetFrameworkIdentifier('$(TargetFramework)'))' == '.NETCoreApp'", true)]
    [InlineData("Exists('there') and '$(Configuration)' == 'Debug'", false)]
    public async Task Conditions_are_evaluated(string condition, bool holds)
    {
        using var folder = new SourceFolder()
            .With("P.csproj", $"<Project Sdk=\"S\"><PropertyGroup><TargetFramework>net8.0</TargetFramework><B>3</B></PropertyGroup>"
                + $"<PropertyGroup Condition=\"{condition}\"><DefineConstants>X</DefineConstants></PropertyGroup></Project>")
            .With("A.cs", Classes("X") + "class Always_ { }");

        Assert.Equal(holds ? ["X", "Always"] : ["Always"], await DefinedAsync(folder));
    }

    [Theory]
    [InlineData("Exists('there')")]
    [InlineData("$([System.IO.File]::Exists('there'))")]
    [InlineData("'$(A)' == 'secret")]
    [InlineData("(((((((((((((((((((((((((((((((((((((((((('' == ''")]
    public async Task Symbols_that_depend_on_what_is_not_evaluated_are_warned_of(string condition)
    {
        using var folder = new SourceFolder()
            .With("P.csproj", $"<Project>\n<PropertyGroup Condition=\"{condition}\">\n<DefineConstants>X</DefineConstants></PropertyGroup></Project>")
            .With("A.cs", "class A { }");

        var warning = Assert.Single((await folder.ExtractAsync(o => o)).Warnings);

        Assert.Equal("P.csproj: its preprocessor symbols or target frameworks depend on what is not evaluated (line 3)", warning);
    }

    [Fact]
    public async Task Of_alternatives_the_first_that_holds_counts()
    {
        using var folder = new SourceFolder()
            .With("P.csproj", """
                <Project><Choose>
                  <When Condition="'$(A)' == 'x'"><PropertyGroup><DefineConstants>ONE</DefineConstants></PropertyGroup></When>
                  <When Condition="'$(A)' == ''"><PropertyGroup><DefineConstants>TWO</DefineConstants></PropertyGroup></When>
                  <Otherwise><PropertyGroup><DefineConstants>THREE</DefineConstants></PropertyGroup></Otherwise>
                </Choose><Target Name="T"><PropertyGroup><DefineConstants>FOUR</DefineConstants></PropertyGroup></Target></Project>
                """)
            .With("A.cs", Classes("ONE", "TWO", "THREE", "FOUR"));

        Assert.Equal(["TWO"], await DefinedAsync(folder));
    }

    [Fact]
    public async Task Defined_symbols_reach_every_file()
    {
        using var folder = new SourceFolder().With("A.cs", Classes("X", "Y")).With("p/P.csproj", Sdk("")).With("p/B.cs", Classes("X", "Z"));

        Assert.Equal(["X", "X", "Z"], await DefinedAsync(folder, o => o with { Define = ["X", "Z"] }));
    }

    [Fact]
    public async Task Files_of_a_named_package_are_read_with_the_symbols_of_the_nearest_project()
    {
        using var folder = new SourceFolder()
            .With("A.cs", Classes("ONE", "TWO"))
            .With("one/One.csproj", Sdk("<DefineConstants>ONE</DefineConstants>")).With("one/deep/B.cs", Classes("ONE", "TWO") + "class B { }")
            .With("one/two/Two.csproj", Sdk("<DefineConstants>TWO</DefineConstants>")).With("one/two/C.cs", Classes("ONE", "TWO"));

        Assert.Equal(["ONE", "B", "TWO"], await DefinedAsync(folder, o => o with { Package = "P", Version = "1" }));
    }

    [Fact]
    public async Task A_file_that_gives_nothing_is_named_with_the_symbols_that_hide_it()
    {
        using var folder = new SourceFolder()
            .With("Hidden.cs", "// License\n#if HAVE_X && !NO_Y\nclass A { }\n#endif")
            .With("Junk.cs", ";").With("Comments.cs", "// only").With("Empty.cs", "").With("Usings.cs", "global using System;")
            .With("Shown.cs", "#if HAVE_X\nclass X { }\n#else\nclass B { }\n#endif");
        var notes = new List<string>();

        var bundle = await folder.ExtractAsync(o => o with { Note = notes.Add });

        Assert.Equal(
            [
                "Hidden.cs: gives no definitions and no references: preprocessor symbols leave its code out "
                    + "(HAVE_X, NO_Y; see --define and --framework)",
                "Junk.cs: gives no definitions and no references, although it is not empty",
            ],
            bundle.Warnings);
        Assert.Equal(["files of no package: in 2 of 6 files code is left out by preprocessor symbols"], notes);
    }

    [Fact]
    public async Task Versions_are_put_together_from_their_parts()
    {
        using var folder = new SourceFolder()
            .With("a/A.csproj", Sdk("<Major>3</Major><VersionPrefix>$(Major).1.0</VersionPrefix><VersionSuffix>beta2</VersionSuffix>"))
            .With("b/B.csproj", Sdk("<VersionPrefix>3.1.0</VersionPrefix><VersionSuffix>$(Nowhere)</VersionSuffix>"));

        Assert.Equal(["3.1.0-beta2", "3.1.0"], (await folder.ExtractAsync(o => o)).Texts("package_versions", "version"));
    }
}
