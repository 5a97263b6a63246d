using Xunit;
using static Exograph.ServerSide.Tests.Extract.ExtractedBundle;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>What calls call, where the compiler is asked.</summary>
public class BindingTests
{
    private const string Project = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>The edges as "caller -> callee at line", the line of a callee that the package declares, and how it was found.</summary>
    private static List<string> Edges(ExtractedBundle bundle, string? resolution = null)
    {
        var nodes = bundle["graph_nodes"].ToDictionary(n => Number(n, "id"));
        return [.. bundle["call_edges"]
            .Where(e => resolution is null || Text(e.GetProperty("metadata"), "resolution") == resolution)
            .Select(e =>
            {
                var callee = nodes[Number(e, "callee_node_id")];
                var at = Text(callee, "kind") == "external" ? "" : $" at {Number(callee, "line")}";
                return $"{Text(e, "caller_qualified_name")} -> {Text(e, "callee_qualified_name")}{at}";
            })];
    }

    private static async Task<List<string>> EdgesOfAsync(string source)
    {
        using var folder = new SourceFolder().With("A.cs", source);
        var bundle = await folder.ExtractAsync();
        bundle.AssertSound();
        Assert.Empty(bundle.Warnings);
        Assert.All(bundle["call_edges"], e => Assert.Equal("semantics", Text(e.GetProperty("metadata"), "resolution")));
        return Edges(bundle);
    }

    [Fact]
    public async Task A_call_of_the_base_library_is_no_edge_to_what_shares_its_name()
    {
        var edges = await EdgesOfAsync("""
            using System; using System.Collections.Generic; using System.Linq;
            class Sink
            {
                public void Write(string text) { }
                public void Add(int x) { }
                public Sink Where(Func<int, bool> f) => this;
                void M(List<int> list)
                {
                    Console.Write("a");
                    list.Add(1);
                    var found = list.Where(x => x > 1).ToList();
                    found.Add(2);
                }
            }
            """);

        Assert.Equal(
            ["Sink.M -> System.Console.Write", "Sink.M -> System.Collections.Generic.List`1.Add", "Sink.M -> System.Linq.Enumerable.ToList",
             "Sink.M -> System.Linq.Enumerable.Where", "Sink.M -> System.Collections.Generic.List`1.Add"],
            edges);
    }

    [Fact]
    public async Task Overloads_are_told_apart_by_the_types_of_arguments()
    {
        var edges = await EdgesOfAsync("""
            class A
            {
                static void F(object o) { }
                static void F(string s) { }
                static void F<T>(T[] s) { }
                static void F(int i, params object[] rest) { }
                void M() { F("a"); F(1.5); F(new[] { 1 }); F(1); F(1, "b"); }
            }
            """);

        Assert.Equal(["A.M -> A.F at 4", "A.M -> A.F at 3", "A.M -> A.F at 5", "A.M -> A.F at 6", "A.M -> A.F at 6"], edges);
    }

    [Fact]
    public async Task Extensions_are_called_in_either_form()
    {
        var edges = await EdgesOfAsync("""
            static class Old { public static int Twice(this int x) => 2 * x; public static T Self<T>(this T x) => x; }
            static class New
            {
                extension(int x)
                {
                    public int Thrice() => 3 * x;
                    public static int Zero() => 0;
                }
            }
            class A
            {
                int M(int? n) => 1.Twice() + Old.Twice(1) + "a".Self().Length + 1.Thrice() + New.Thrice(1) + int.Zero() + (n?.Twice() ?? 0);
            }
            """);

        Assert.Equal(
            ["A.M -> Old.Twice at 1", "A.M -> Old.Twice at 1", "A.M -> Old.Self at 1", "A.M -> New.Thrice at 6", "A.M -> New.Thrice at 6",
             "A.M -> New.Zero at 7", "A.M -> Old.Twice at 1"],
            edges);
    }

    [Fact]
    public async Task A_call_goes_to_the_member_of_the_type_that_the_receiver_shows()
    {
        var edges = await EdgesOfAsync("""
            interface IRun { void Run(); }
            class Base : IRun { public virtual void Run() { } }
            class Derived : Base { public override void Run() { base.Run(); } }
            class Other { public void Run() { } }
            class A
            {
                Base Make() => new Derived();
                void M(IRun i, Base b, Derived d, System.Collections.Generic.List<Other> others)
                {
                    i.Run(); b.Run(); d.Run(); Make().Run(); others[0].Run();
                    foreach (var other in others) other.Run();
                }
            }
            """);

        Assert.Equal(
            ["Derived.Run -> Base.Run at 2", "A.Make -> Derived at 3", "A.M -> IRun.Run at 1", "A.M -> Base.Run at 2", "A.M -> Derived.Run at 3",
             "A.M -> Base.Run at 2", "A.M -> A.Make at 7", "A.M -> Other.Run at 4", "A.M -> Other.Run at 4"],
            edges);
    }

    [Fact]
    public async Task A_creation_calls_the_constructor_or_where_none_is_written_the_type()
    {
        var edges = await EdgesOfAsync("""
            class Plain { }
            class Two { public Two(int x) { } public Two(string s) : this(1) { } }
            class Primary(int n) { public int N => n; }
            class Sub() : Primary(1);
            record Pair(int A, int B);
            class A<T> where T : new()
            {
                void M() { new Plain(); new Two("a"); Two t = new(1); new Primary(1); new Sub(); new Pair(1, 2); new T(); new A<int>(); }
            }
            """);

        Assert.Equal(
            ["Two..ctor -> Two..ctor at 2", "Sub -> Primary..ctor at 3", "A`1.M -> Plain at 1", "A`1.M -> Two..ctor at 2",
             "A`1.M -> Two..ctor at 2", "A`1.M -> Primary..ctor at 3", "A`1.M -> Sub..ctor at 4", "A`1.M -> Pair..ctor at 5", "A`1.M -> A`1 at 6"],
            edges);
    }

    [Fact]
    public async Task What_is_no_call_and_what_a_delegate_holds_are_no_edges()
    {
        using var folder = new SourceFolder().With("A.cs", """
            using System;
            class A
            {
                public int P { get; set; }
                public int this[int i] => i;
                public static A operator +(A a, A b) => a;
                public event Action E;
                Action Held { get; set; }
                void M(Action given) { P = this[P]; var x = this + this; Held(); given(); E?.Invoke(); Action f = M2; var n = nameof(M2); }
                void M2() { }
            }
            """);

        var bundle = await folder.ExtractAsync();

        Assert.Empty(bundle["call_edges"]);
        Assert.Contains("A.Held", bundle.Where("symbol_references", "kind", "call").Select(r => Text(r, "qualified_name")));
    }

    [Fact]
    public async Task Only_what_calls_itself_has_an_edge_to_itself()
    {
        var edges = await EdgesOfAsync("""
            using System.Collections.Generic;
            class Box<T>
            {
                readonly List<T> _items = [];
                public void Add(T item) { _items.Add(item); }
                public int Depth(int n) => n == 0 ? 0 : Depth(n - 1);
                public override string ToString() => base.ToString() + _items.ToString();
            }
            """);

        Assert.Equal(
            ["Box`1.Add -> System.Collections.Generic.List`1.Add", "Box`1.Depth -> Box`1.Depth at 6", "Box`1.ToString -> System.Object.ToString",
             "Box`1.ToString -> System.Object.ToString"],
            edges);
    }

    [Fact]
    public async Task A_partial_method_is_called_where_its_body_is()
    {
        var edges = await EdgesOfAsync("""
            partial class A { partial void F(); void M() { F(); } }
            partial class A
            {
                partial void F() { M(); }
            }
            """);

        Assert.Equal(["A.M -> A.F at 4", "A.F -> A.M at 1"], edges);
    }

    [Fact]
    public async Task Calls_between_projects_are_known_by_the_full_name()
    {
        using var folder = new SourceFolder()
            .With("app/App.csproj", WithItems("""<ProjectReference Include="..\mid\Mid.csproj" />"""))
            .With("app/App.cs", """
                using Lib;
                class App
                {
                    void M(Tool tool) { tool.Use(1); new Tool().Use("a"); tool.Hide(); new Mid().Make().Use(2); new List<int>().Add(1); }
                }
                """)
            .With("mid/Mid.csproj", WithItems("""<ProjectReference Include="$(MSBuildThisFileDirectory)../lib/Lib.csproj" />"""))
            .With("mid/Mid.cs", "public class Mid { public Lib.Tool Make() => new Lib.Tool(); }")
            .With("lib/Lib.csproj", WithItems("""<InternalsVisibleTo Include="App" />"""))
            .With("lib/Lib.cs", """
                namespace Lib
                {
                    public class Tool { public void Use(int x) { } public void Use(string s) { } internal void Hide() { Use(1); } }
                    class List<T> { public void Add(T item) { } }
                }
                """);

        var bundle = await folder.ExtractAsync(o => o);

        bundle.AssertSound();
        Assert.Equal(
            ["App.M -> Lib.Tool.Use", "App.M -> Lib.Tool.Use", "App.M -> Lib.Tool", "App.M -> Lib.Tool.Hide", "App.M -> Lib.Tool.Use",
             "App.M -> Mid.Make", "App.M -> Mid", "App.M -> Lib.List`1.Add", "App.M -> Lib.List`1"],
            Edges(bundle, "semantics").Where(e => e.StartsWith("App", StringComparison.Ordinal)));
        Assert.Contains("Lib.Tool.Hide -> Lib.Tool.Use at 3", Edges(bundle));
    }

    [Fact]
    public async Task A_package_that_the_tree_makes_itself_is_no_hole()
    {
        using var folder = new SourceFolder()
            .With("lib/Lib.csproj", Project.Replace("<TargetF", "<PackageId>The.Lib</PackageId><TargetF", StringComparison.Ordinal))
            .With("lib/Lib.cs", "namespace Lib; public class Tool { public static Tool Make() => null; public void Use() { } }")
            .With("sample/Sample.csproj", WithItems("""<PackageReference Include="the.lib" Version="1.0.0" /><PackageReference Include="Other" />"""))
            .With("sample/Sample.cs", "class Sample { void M() { Lib.Tool.Make().Use(); } }");

        Assert.Equal(["Sample.M -> Lib.Tool.Use", "Sample.M -> Lib.Tool.Make"], Edges(await folder.ExtractAsync(o => o), "semantics"));
    }

    [Fact]
    public async Task Projects_that_refer_to_each_other_in_a_circle_are_read()
    {
        using var folder = new SourceFolder()
            .With("a/A.csproj", WithItems("""<ProjectReference Include="../b/B.csproj" /><ProjectReference Include="A.csproj" />"""))
            .With("a/A.cs", "public class A { public static void F() { B.G(); } }")
            .With("b/B.csproj", WithItems("""<ProjectReference Include="../a/A.csproj" /><ProjectReference Include="../none/None.csproj" />"""))
            .With("b/B.cs", "public class B { public static void G() { A.F(); } }");

        Assert.Equal(["A.F -> B.G", "B.G -> A.F"], Edges(await folder.ExtractAsync(o => o).WaitAsync(s_patience), "semantics"));
    }

    [Fact]
    public async Task Usings_that_the_build_adds_are_known()
    {
        using var folder = new SourceFolder()
            .With("Directory.Build.props", "<Project><ItemGroup><Using Include=\"System.Math\" Static=\"true\" /><Using Include=\"System.Text.StringBuilder\" Alias=\"SB\" /></ItemGroup></Project>")
            .With("a/A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>")
            .With("a/A.cs", "class A { void M() { Console.Write(Max(1, 2)); new SB(); } void Write(int x) { } }");

        Assert.Equal(
            ["A.M -> System.Console.Write", "A.M -> System.Math.Max", "A.M -> System.Text.StringBuilder..ctor"],
            Edges(await folder.ExtractAsync(o => o), "semantics"));
    }

    [Fact]
    public async Task What_projects_import_from_within_the_tree_is_read()
    {
        using var folder = new SourceFolder()
            .With("Directory.Build.props", "<Project><Import Project=\"$(MSBuildThisFileDirectory)eng/Common.props\" Condition=\"Exists('eng/Common.props')\" /></Project>")
            .With("eng/Common.props", "<Project><Import Project=\"More.props\" /><Import Project=\"Common.props\" /><PropertyGroup><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>")
            .With("eng/More.props", "<Project><ItemGroup><Using Include=\"System.Math\" Static=\"true\" /></ItemGroup></Project>")
            .With("a/A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><Import Project=\"/etc/passwd\" /><Import Project=\"$(X)../../../y.props\" /></Project>")
            .With("a/A.cs", "class A { void M() { Console.Write(Max(1, 2)); } }");

        var bundle = await folder.ExtractAsync(o => o);

        Assert.Equal(["A.M -> System.Console.Write", "A.M -> System.Math.Max"], Edges(bundle, "semantics"));
        Assert.Empty(bundle.Warnings);
    }

    [Fact]
    public async Task A_package_that_is_missing_is_a_hole()
    {
        using var folder = new SourceFolder().With("A.cs", """
            using Missing;
            class A : Thing
            {
                [Fact]
                public void Test(Mock<A> mock)
                {
                    Check.Equal(Own(1), 2);
                    Check.Throws(() => Own(2));
                    mock.Object.Setup(3);
                    Inherited(4);
                    new Thing().Own(5);
                }
                static int Own(int x) => x;
                void Setup(int x) { }
            }
            """);

        var bundle = await folder.ExtractAsync();

        Assert.Equal(["A.Test -> A.Own at 13", "A.Test -> A.Own at 13"], Edges(bundle).Where(e => e.Contains(" at ", StringComparison.Ordinal)));
        Assert.Contains("A.Test -> Inherited", Edges(bundle));
    }

    [Fact]
    public async Task A_call_that_does_not_compile_goes_to_the_candidate_that_takes_its_arguments()
    {
        using var folder = new SourceFolder().With("A.cs", """
            class A
            {
                void F(string s) { }
                void F(string s, int n) { }
                void M() { F(1, 2); F(Nowhere.Known, 3); F(true); }
            }
            """);

        Assert.Equal(["A.M -> A.F at 4", "A.M -> A.F at 4", "A.M -> A.F at 3"], Edges(await folder.ExtractAsync(), "candidates"));
    }

    [Fact]
    public async Task A_package_that_is_too_large_to_be_bound_is_resolved_by_syntax()
    {
        using var folder = new SourceFolder()
            .With("A.cs", "class A { public void F() { F(); } }").With("B.cs", $"class B {{ void G(A a) {{ a.F(); }} }} //{new string(' ', 100_000)}");

        var bundle = await folder.ExtractAsync(o => o with { Package = "P", Version = "1", MaxMemory = 4 << 20 });

        Assert.Equal(["A.F -> A.F at 1", "B.G -> A.F at 1"], Edges(bundle, "names"));
        Assert.Equal("P: too large to be bound within --max-memory; its names are resolved by syntax", Assert.Single(bundle.Warnings));
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes_whatever_the_number_of_workers()
    {
        using var folder = new SourceFolder()
            .With("a/A.csproj", Project).With("b/B.csproj", WithItems("""<ProjectReference Include="../a/A.csproj" />"""));
        for (var i = 0; i < 40; i++)
            folder.With($"a/A{i}.cs", $"public partial class A {{ public static void F{i}(int x) {{ F{39 - i}(x); Missing(x); }} public static void G(A{i} x) {{ }} }} public class A{i} {{ }}")
                .With($"b/B{i}.cs", $"class B{i} {{ void M() {{ A.F{i}({i}); A.G(new A{i}()); A.G(Nowhere); A.G(1, 2); }} }}");

        var one = await folder.ExtractBytesAsync(o => o with { Parallelism = 1 });
        var many = await folder.ExtractBytesAsync(o => o with { Parallelism = 8 });

        Assert.True(one.AsSpan().SequenceEqual(many));
    }

    [Fact]
    public async Task Lambdas_that_nest_in_overloads_beyond_all_measure_are_not_bound()
    {
        var overloads = string.Concat(Enumerable.Range(0, 20).Select(i => $"static void F(System.Func<C{i}, int> f) {{ }} class C{i} {{ }}\n"));
        var nested = string.Concat(Enumerable.Range(0, 12).Select(i => $"F(x{i} => {{ ")) + "Plain(); return 1; " + string.Concat(Enumerable.Repeat("}); ", 12));
        using var folder = new SourceFolder()
            .With("A.cs", $"class A {{ {overloads} static void Plain() {{ }} void M() {{ {nested} }} void N() {{ Plain(); }} }}");

        var bundle = await folder.ExtractAsync().WaitAsync(s_patience);

        Assert.Contains(bundle.Warnings, w => w == "A.cs: in 1 members names are not bound: code nests too deeply, or lambdas for their overloads");
        Assert.Equal(["A.N -> A.Plain at 21"], Edges(bundle, "semantics"));
        Assert.Contains("A.M -> A.Plain at 21", Edges(bundle, "names"));
    }

    [Fact]
    public async Task A_file_on_which_the_compiler_hangs_is_resolved_by_syntax()
    {
        // Whether one type converts to the other doubles with each level.
        using var folder = new SourceFolder().With("B.cs", "class B { public static void Use() { Use(); } }").With("A.cs", $$"""
            class A
            {
                {{string.Concat(Enumerable.Range(0, 9).Select(i => $"static void F(System.Func<C{i}, int> f) {{ }} class C{i} {{ }}\n"))}}
                void M() { B.Use(); {{string.Concat(Enumerable.Range(0, 5).Select(i => $"F(x{i} => {{ "))}} return 1; {{string.Concat(Enumerable.Repeat("}); ", 5))}} }
            }
            """);

        var bundle = await folder.ExtractAsync(o => o with { Package = "P", Version = "1", MaxBindingTime = TimeSpan.FromMilliseconds(1) }).WaitAsync(s_patience);

        Assert.Contains(bundle.Warnings, w => w.StartsWith("A.cs: the compiler takes too long", StringComparison.Ordinal));
        Assert.Contains("A.M -> B.Use at 1", Edges(bundle));
        bundle.AssertSound();
    }

    public static TheoryData<string> Mazes => new()
    {
        "class A : A { void M() { M(); } } class B : C { } class C : B { void F() { G(); this.H(); } }",
        "interface I<T> : I<I<T>> { void F(); } class A<T> : B<A<A<T>>> { void M(I<T> i) { i.F(); M(i); } } class B<T> { }",
        "class N<T> { } interface J<in T> { } class X<T> : J<J<X<X<T>>>> { void M(X<int> x) { J<X<int>> j = x; M(x); } }",
        "class A { const int X = Y + 1; const int Y = X; void M(int x = X) { M(); } A this[A a] => a[this]; }",
        "class A { void M() { var x = x + y; var y = x; x.F(y); M(); } void G() { dynamic d = this; d.M(); M(d); } void M(int i) { } }",
        "class A<T> where T : T { void M<U>() where U : T, U { M<A<A<U>>>(); } }",
        "using A = B; using B = A; namespace N { using static A; class C { void M() { F(); A.G(); M(); } } }",
        "record struct R(R X) { R M() => M() with { X = new(this) }; } enum E : E { A = B, B = A } delegate D D(D d);",
    };

    [Theory]
    [MemberData(nameof(Mazes))]
    public async Task Declarations_that_lead_nowhere_end_the_search(string source)
    {
        using var folder = new SourceFolder().With("A.cs", source);

        var bundle = await folder.ExtractAsync().WaitAsync(s_patience);

        Assert.NotEmpty(bundle["call_edges"]);
        bundle.AssertSound();
    }

    private static string WithItems(string items) => Project.Replace("</Project>", $"<ItemGroup>{items}</ItemGroup></Project>", StringComparison.Ordinal);
}
