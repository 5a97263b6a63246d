using System.Security.Cryptography;
using System.Text;
using Xunit;
using static Exograph.ServerSide.Tests.Extract.ExtractedBundle;

namespace Exograph.ServerSide.Tests.Extract;

public class HostileSourceTests
{
    [Fact]
    public async Task A_byte_order_mark_is_hashed_but_not_stored()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "class A { }"u8];
        using var folder = new SourceFolder().With("A.cs", bytes);

        var file = Assert.Single((await folder.ExtractAsync())["files"]);

        Assert.Equal("class A { }", Text(file, "source"));
        Assert.Equal("\\x" + Convert.ToHexStringLower(SHA256.HashData(bytes)), Text(file, "sha256"));
    }

    [Fact]
    public async Task Wide_text_with_a_byte_order_mark_is_read()
    {
        using var folder = new SourceFolder()
            .With("A.cs", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("class Ä { }")])
            .With("B.cs", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes("class Ö { }")]);

        var bundle = await folder.ExtractAsync();

        Assert.Equal(["Ä", "Ö"], bundle.Texts("definitions", "name"));
        Assert.Empty(bundle.Warnings);
    }

    [Fact]
    public async Task What_PostgreSQL_cannot_hold_is_replaced_with_a_warning()
    {
        using var folder = new SourceFolder()
            .With("Bytes.cs", [.. "class A { string s = \""u8, 0xFF, 0xC3, .. "\"; }"u8])
            .With("Nul.cs", "class B { string s = \"a\0b\"; /* \0 */ }")
            .With("Pair.cs", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("class C { } //"), 0x00, 0xD8]);

        var bundle = await folder.ExtractAsync();

        Assert.Equal(3, bundle.Warnings.Count);
        Assert.All(bundle["files"], file => Assert.Contains('\uFFFD', Text(file, "source")));
        Assert.DoesNotContain(bundle.Rows(), row => row.Contains('\0', StringComparison.Ordinal));
        Assert.Equal(["A", "s", "B", "s", "C"], bundle.Texts("definitions", "name"));
    }

    [Fact]
    public async Task Source_with_errors_is_taken_as_far_as_it_goes()
    {
        using var folder = new SourceFolder()
            .With("A.cs", "class A { void M( { if (x F(1); } class { } int = ; void (")
            .With("B.cs", "}}}{{{ class ( [ \" $@ ' /* ")
            .With("Empty.cs", "");

        var bundle = await folder.ExtractAsync();

        Assert.Equal(3, bundle["files"].Count);
        Assert.Contains("M", bundle.Texts("definitions", "name"));
        Assert.DoesNotContain("", bundle.Texts("definitions", "name"));
        bundle.AssertSound();
    }

    public static TheoryData<string, string, string, int> Nests => new()
    {
        { "class A { int x = ", "(", ")", 1_000 },
        { "class A { int x = 1", " + f(1)", "", 20_000 },
        { "class A { object x = a", ".b()", "", 20_000 },
        { "class A { object x = ", "() => ", "", 20_000 },
        { "class A { void M() { ", "if (a) { ", "}", 20_000 },
        { "class A { void M() { ", "if (a) b(); else ", "", 20_000 },
        { "", "class C { ", "}", 2_000 },
        { "class A { void M() { ", "void L() { ", "}", 2_000 },
        { "class A { ", "L<", ">", 5_000 },
        { "", "namespace N { ", "}", 2_000 },
    };

    [Theory]
    [MemberData(nameof(Nests))]
    public async Task Deep_nesting_neither_crashes_nor_explodes(string start, string open, string close, int depth)
    {
        var source = start + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
        using var folder = new SourceFolder().With("A.cs", source);

        var bytes = await folder.ExtractBytesAsync(o => o).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.InRange(bytes.Length, source.Length, 400L * source.Length);
        OfStream(bytes).AssertSound();
    }

    [Theory]
    [InlineData("L<", 200_000)]
    [InlineData("(", 200_000)]
    [InlineData("[", 2_000)]
    [InlineData("(a<b,", 2_000)]
    [InlineData("x = a?[", 2_000)]
    [InlineData("[A(", 2_000)]
    [InlineData("a?", 20_000)]
    [InlineData("object x = $\"{", 100_000)]
    [InlineData("object x = $\"{$@\"{", 400)]
    [InlineData("object x = $\"\"\"{", 12_000)]
    [InlineData("} ", 30_000)]
    [InlineData("partial ", 7_500)]
    [InlineData("where ", 30_000)]
    [InlineData("from a in b select ref ", 2_000)]
    [InlineData("\n#if A", 40_000)]
    [InlineData("\n#if true\n#elif B", 20_000)]
    [InlineData("\n # elif A", 40_000)]
    [InlineData("\n#region\n#line 1", 20_000)]
    [InlineData("\n#define A\n#if A\n#endif", 20_000)]
    public async Task Source_that_nests_too_deeply_is_kept_without_fragments(string open, int depth)
    {
        using var folder = new SourceFolder().With("A.cs", "class A { " + string.Concat(Enumerable.Repeat(open, depth)));

        var bundle = await folder.ExtractAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Single(bundle["files"]);
        Assert.Empty(bundle["fragments"]);
        Assert.Equal("A.cs: nested too deeply to be parsed; the file has no fragments", Assert.Single(bundle.Warnings));
    }

    [Theory]
    [InlineData("A==", 500_000)]
    [InlineData("!", 1_000_000)]
    [InlineData("A||", 500_000)]
    public async Task A_condition_beyond_all_measure_is_kept_without_fragments(string part, int times)
    {
        using var folder = new SourceFolder()
            .With("A.cs", $"#if {string.Concat(Enumerable.Repeat(part, times))}A\nclass A {{ }}\n#endif\nclass B {{ }}");

        var bundle = await folder.ExtractAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Single(bundle["files"]);
        Assert.Equal("A.cs: nested too deeply to be parsed; the file has no fragments", Assert.Single(bundle.Warnings));
    }

    [Fact]
    public async Task Code_as_people_write_it_is_not_taken_for_hostile()
    {
        var brackets = string.Join(", ", Enumerable.Range(0, 200).Select(i => $"\"(\", '[', \"{{\", $\"{{i}} [\""));
        var words = string.Concat(Enumerable.Repeat("// these are words of a comment without any mark\n", 100));
        var constraints = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"partial class C{i}<T> : B, I where T : class {{ partial void F(); }}\n"));
        var choice = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"if (x == {i}) F(\"{i}\"); else "));
        var directives = string.Concat(Enumerable.Repeat("\n#region R\n#if A\nint f;\n#elif B\n#else\n#endif\n#endregion\n", 5_000));
        var query = "from a in b join c in d on a equals c where a is not null orderby a descending select (a, c)";
        using var folder = new SourceFolder()
            .With("Brackets.cs", $"class A {{ object[] x = [{brackets}]; }}")
            .With("Words.cs", $"{words}class B {{ void F(int x) {{ {choice}; var q = {query}; }} }}")
            .With("Many.cs", constraints)
            .With("Directives.cs", $"class D {{{directives}}}");

        var bundle = await folder.ExtractAsync();

        Assert.Empty(bundle.Warnings);
        Assert.Equal(2 + 2 + 4_000 + 1, bundle["definitions"].Count);
    }

    [Fact]
    public async Task A_file_that_would_take_too_much_memory_is_kept_without_fragments()
    {
        using var folder = new SourceFolder()
            .With("A.cs", $"class A {{ void F() {{ {new string(';', 100_000)} }} }}").With("B.cs", "class B { }")
            .With("C.cs", $"class C {{ string s = \"{new string(';', 100_000)}\"; }}");

        var bundle = await folder.ExtractAsync(o => o with { Package = "P", Version = "1", MaxMemory = 200 << 20 });

        Assert.Equal(3, bundle["files"].Count);
        Assert.Equal(["B", "C", "s"], bundle.Texts("definitions", "name"));
        Assert.Equal(
            "A.cs: parsing it would take more memory than is allowed; the file has no fragments", Assert.Single(bundle.Warnings));
    }

    [Theory]
    [InlineData("class A { ", "void F() { } ")]
    [InlineData("class A { NAME x; void M() { ", "x.F(); ")]
    public async Task Long_names_do_not_come_back_with_every_fact(string start, string each)
    {
        var name = new string('N', 1_900);
        var source = $"namespace {name} {{ {start.Replace("NAME", name, StringComparison.Ordinal)}{string.Concat(Enumerable.Repeat(each, 20_000))}";
        using var folder = new SourceFolder().With("A.cs", source);

        var bytes = await folder.ExtractBytesAsync(o => o);

        Assert.InRange(bytes.Length, source.Length, 400L * source.Length);
        OfStream(bytes).AssertSound();
    }

    [Fact]
    public async Task Names_that_a_bundle_cannot_hold_are_left_out_with_a_warning()
    {
        var name = new string('x', 2001);
        var wide = new string('é', 1001);
        using var folder = new SourceFolder().With(
            "A.cs", $"class A {{ void {name}() {{ }}\nvoid M() {{ {name}(); N(); }} }}\nclass {wide} {{ void N() {{ }} }}");

        var bundle = await folder.ExtractAsync();

        Assert.Equal(["A", "M"], bundle.Texts("definitions", "name"));
        Assert.Equal(["N"], bundle.Texts("symbol_references", "name"));
        Assert.Contains(bundle.Warnings, w => w.StartsWith("A.cs:1:", StringComparison.Ordinal));
        Assert.Contains(bundle.Warnings, w => w.StartsWith("A.cs:2:", StringComparison.Ordinal));
        Assert.Contains(bundle.Warnings, w => w.StartsWith("A.cs:3:", StringComparison.Ordinal));
        bundle.AssertSound();
    }

    [Fact]
    public async Task Tables_of_data_do_not_flood_the_terms()
    {
        var numbers = string.Join(", ", Enumerable.Range(0, 5_000));
        using var folder = new SourceFolder().With("A.cs", $"class A {{ int[] x = [{numbers}]; }}");

        var bundle = await folder.ExtractAsync();

        Assert.InRange(bundle["terms"].Count, 100, 1_100);
        Assert.All(bundle["fragment_term_sets"], row => Assert.InRange(Terms(row).Count(), 1, 1_000));
    }

    [Fact]
    public async Task Two_equal_files_are_two_rows_with_facts_of_their_own()
    {
        using var folder = new SourceFolder().With("A.cs", "class A { }").With("B.cs", "class A { }");

        var bundle = await folder.ExtractAsync();

        Assert.Single(bundle.Texts("files", "sha256").Distinct());
        Assert.Equal(["1", "2"], bundle.Texts("definitions", "file_id"));
        Assert.Single(bundle.Texts("fragments", "content_hash").Distinct());
    }
}
