using System.Text.Json;
using Exograph.Extract.CSharp;
using Xunit;
using static Exograph.ServerSide.Tests.Extract.ExtractedBundle;

namespace Exograph.ServerSide.Tests.Extract;

public class FragmentTests
{
    private const string Method = "int M(int a, string b) { if (a > 1) { return a + 2; } return b.Length; }";

    private static async Task<JsonElement> FragmentAsync(string source, string kind = "MethodDeclaration", string path = "A.cs")
    {
        using var folder = new SourceFolder().With(path, source);
        var bundle = await folder.ExtractAsync();
        return bundle.Where("fragments", "kind", kind).First();
    }

    private static async Task<string> ContentHashAsync(
        string source, Func<ExtractOptions, ExtractOptions>? adjust = null, string path = "A.cs")
    {
        using var folder = new SourceFolder().With(path, source);
        var bundle = await folder.ExtractAsync(
            o => (adjust ?? (x => x))(o with { Package = "Sample", Version = "1.0.0" }));
        return Text(bundle.Where("fragments", "kind", "MethodDeclaration").First(), "content_hash");
    }

    private static byte[] Bytes(JsonElement row, string column) => Convert.FromHexString(Text(row, column)[2..]);

    [Theory]
    [InlineData("class A { int M(int a, string b)\n{\n\tif (a > 1)\n{ return a+2; }\r\n return b . Length; } }")]
    [InlineData("// top\nclass A { /// doc\n int M(int a, /**/ string b) { if (a>1) {return a+2;} // 2\n return b.Length; } }")]
    [InlineData("namespace N { class B { }struct A { int M(int a, string b) { if (a > 1) { return a + 2; } return b.Length; }}}")]
    public async Task The_exact_hash_stays_with_white_space_comments_and_place(string source)
    {
        var plain = await FragmentAsync($"class A {{ {Method} }}");
        using var folder = new SourceFolder().With("A.cs", source);
        var other = (await folder.ExtractAsync()).Where("fragments", "name", "M").First();

        Assert.Equal(Text(plain, "exact_hash"), Text(other, "exact_hash"));
        Assert.Equal(Text(plain, "ast"), Text(other, "ast"));
        Assert.Equal(plain.GetProperty("sub_hashes").ToString(), other.GetProperty("sub_hashes").ToString());
        Assert.NotEqual(Text(plain, "content_hash"), Text(other, "content_hash"));
    }

    [Theory]
    [InlineData("> 1", ">= 1")]
    [InlineData("+ 2", "+ 3")]
    [InlineData("int a", "long a")]
    [InlineData("b.Length", "a.Length")]
    [InlineData("string b", "params string b")]
    public async Task The_exact_hash_changes_with_any_token(string part, string changed)
    {
        var before = await FragmentAsync($"class A {{ {Method} }}");
        var after = await FragmentAsync($"class A {{ {Method.Replace(part, changed, StringComparison.Ordinal)} }}");

        Assert.NotEqual(Text(before, "exact_hash"), Text(after, "exact_hash"));
    }

    [Fact]
    public async Task The_exact_hash_is_that_of_the_tree_and_sub_hashes_are_its_parts()
    {
        var source = $"class A {{ {Method} }}";
        var method = await FragmentAsync(source);
        var type = await FragmentAsync(source, "ClassDeclaration");

        var hash = System.Security.Cryptography.SHA256.HashData(Bytes(method, "ast").AsSpan(1));
        Assert.Equal(hash, Bytes(method, "exact_hash"));
        var half = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(hash);
        Assert.Equal([half], type.GetProperty("sub_hashes").EnumerateArray().Select(h => h.GetInt64()));
        // The parameters, the if and the return; not the block around these.
        Assert.Equal(3, method.GetProperty("sub_hashes").GetArrayLength());
    }

    [Fact]
    public async Task The_content_hash_changes_with_each_of_its_inputs()
    {
        var source = $"class A {{ {Method} }}";
        string[] hashes =
        [
            await ContentHashAsync(source),
            await ContentHashAsync(source, o => o with { Ecosystem = "other" }),
            await ContentHashAsync(source, o => o with { Package = "Other" }),
            await ContentHashAsync(source, o => o with { Version = "1.0.1" }),
            await ContentHashAsync(source, o => o with { Package = "Sampl", Version = "e1.0.0" }),
            await ContentHashAsync(source, o => o with { Package = null, Version = null }),
            await ContentHashAsync(source + "\n"),
            await ContentHashAsync(source.Replace("+ 2", "+ 3", StringComparison.Ordinal)),
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public async Task The_content_hash_changes_with_nothing_else()
    {
        var source = $"class A {{ {Method} }}";

        Assert.Equal(await ContentHashAsync(source), await ContentHashAsync(source, path: "elsewhere/B.cs"));
        Assert.Equal(await ContentHashAsync(source), await ContentHashAsync(source, o => o with { MinMass = 1 }));
    }

    [Fact]
    public async Task Equal_code_at_two_places_of_a_file_has_one_exact_hash_and_two_content_hashes()
    {
        using var folder = new SourceFolder().With("A.cs", $"class A {{ {Method} }} class B {{ {Method} }}");

        var methods = (await folder.ExtractAsync()).Where("fragments", "kind", "MethodDeclaration").ToList();

        Assert.Equal(2, methods.Count);
        Assert.Single(methods.Select(m => Text(m, "exact_hash")).Distinct());
        Assert.Equal(2, methods.Select(m => Text(m, "content_hash")).Distinct().Count());
    }

    [Fact]
    public async Task The_tree_comes_back_as_it_was_written()
    {
        var type = await FragmentAsync(
            "class @class<T> { string F(T x) => $\"{x}\u00e9\" + @\"a\"\"b\" + 'c' + 0x1F; }", "ClassDeclaration");

        var items = AstDecoder.Decode(Bytes(type, "ast"));

        Assert.Equal("ClassDeclaration", items[0].Kind);
        Assert.Equal(
            "class @class < T > { string F ( T x ) => $\" { x } \u00e9 \" + @\"a\"\"b\" + 'c' + 0x1F ; }",
            string.Join(' ', items.Where(i => i.Text is not null).Select(i => i.Text)));
        Assert.Equal(items.Count - 1, items.Sum(i => i.Children));
        Assert.Equal(Number(type, "mass"), items.Count(i => i.Text is null));
    }

    [Fact]
    public async Task A_damaged_tree_is_refused()
    {
        var ast = Bytes(await FragmentAsync($"class A {{ {Method} }}"), "ast");

        for (var length = 0; length < ast.Length; length++)
            Assert.Throws<InvalidDataException>(() => AstDecoder.Decode(ast.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => AstDecoder.Decode([.. ast, 0]));
        Assert.Throws<InvalidDataException>(() => AstDecoder.Decode([2, .. ast.AsSpan(1)]));
    }

    [Fact]
    public async Task Types_and_members_are_fragments_and_the_rest_from_the_least_mass()
    {
        using var folder = new SourceFolder().With(
            "A.cs", "class A { int f; int P { get; set; } void M() { f = 1; N(1 + 2, f * (P - 4)); } void N(int a, int b) { } }");

        var few = (await folder.ExtractAsync()).Texts("fragments", "kind");
        var many = (await folder.ExtractAsync(o => o with { MinMass = 3 }))["fragments"];

        Assert.Equal(
            ["ClassDeclaration", "FieldDeclaration", "PropertyDeclaration", "MethodDeclaration", "MethodDeclaration"], few);
        var others = many.Where(f => !Text(f, "kind").EndsWith("Declaration", StringComparison.Ordinal));
        Assert.All(others, f => Assert.InRange(Number(f, "mass"), 3, 20));
        Assert.Contains(many, f => Text(f, "kind") == "SubtractExpression" && Text(f, "name") == "M");
    }

    [Fact]
    public async Task Lines_are_those_of_the_first_and_the_last_token()
    {
        var method = await FragmentAsync("class A\n{\n  // before\n  void M()\n  {\n  }\n  // after\n}\n");

        Assert.Equal((4, 6), (Number(method, "line"), Number(method, "end_line")));
    }

    [Fact]
    public async Task Terms_say_what_a_fragment_is_made_of()
    {
        using var folder = new SourceFolder().With(
            "A.cs", "class A { int _n; string M(int a) { if (a > 1) Log(\"x\", 7); return new Box(a).ToString(); } }");
        var bundle = await folder.ExtractAsync();
        var terms = bundle["terms"].ToDictionary(t => Number(t, "id"), t => Text(t, "term"));

        string[] Of(string kind) => [.. bundle["fragment_term_sets"]
            .Where(row => Number(row, "fragment_id") == Number(bundle.Where("fragments", "kind", kind).Single(), "id"))
            .SelectMany(Terms).Select(term => terms[term])];

        string[] expected =
        [
            "node:MethodDeclaration", "path:IfStatement>GreaterThanExpression", "def:M/1", "call:Log/2", "call:ToString/0",
            "new:Box/1", "id:a", "lit:\"x\"", "lit:7",
        ];
        Assert.All(expected, term => Assert.Contains(term, Of("MethodDeclaration")));
        Assert.DoesNotContain("path:ClassDeclaration>MethodDeclaration", Of("MethodDeclaration"));
        // A type's terms stop at its members.
        Assert.All(["def:A/0", "def:M/1", "def:_n/0"], term => Assert.Contains(term, Of("ClassDeclaration")));
        Assert.DoesNotContain("call:Log/2", Of("ClassDeclaration"));
    }

    [Fact]
    public async Task Equal_code_has_equal_terms_wherever_it_stands()
    {
        using var folder = new SourceFolder()
            .With("A.cs", $"class A {{ {Method} }}").With("B.cs", $"namespace N {{ struct S {{ class B {{ {Method} }} }} }}");
        var bundle = await folder.ExtractAsync();

        var sets = bundle.Where("fragments", "kind", "MethodDeclaration").Select(method => bundle["fragment_term_sets"]
            .Where(row => Number(row, "fragment_id") == Number(method, "id")).SelectMany(Terms).ToHashSet());

        Assert.Equal(2, sets.Count());
        Assert.Equal(sets.First(), sets.Last());
    }
}
