using Xunit;
using static Exograph.ServerSide.Tests.Extract.ExtractedBundle;

namespace Exograph.ServerSide.Tests.Extract;

public class SymbolTests
{
    private const string Store = """
        using System;
        using System.Collections.Generic;

        namespace Shop.Data;

        /// <summary>Keeps things.</summary>
        public class Store<T> : StoreBase, IDisposable
        {
            private readonly List<T> _items = [];
            public int Count => _items.Count;
            public Store(int size) : base("x") { Resize(size); }
            public void Add(T item, bool twice = false)
            {
                _items.Add(item);
                if (twice) Add(item); // again
                void Note() => Console.WriteLine(item);
                Note();
            }
            void IDisposable.Dispose() { }
            public static Store<T> Make() => new Store<T>(1);
            public T this[int i] => _items[i];
            public enum Mode { On, Off }
        }
        """;

    private const string StoreBase = """
        namespace Shop.Data
        {
            public abstract class StoreBase
            {
                protected StoreBase(string name) { }
                protected void Resize(int size) { }
            }
        }
        """;

    private const string Client = """
        using Shop.Data;
        using static Shop.Tools.Helpers;

        namespace Shop
        {
            [Marker]
            class Client
            {
                private readonly Store<int> _store = new(3);
                void Run(Store<int> given, object other)
                {
                    _store.Add(1);
                    given.Add(2, true);
                    Help();
                    Tools.Helpers.Help();
                    other?.Frobnicate(1, 2);
                    other.GetHashCode();
                    "a".Shout();
                }
            }
            class MarkerAttribute : System.Attribute { }
        }
        namespace Shop.Tools
        {
            static class Helpers
            {
                public static void Help() { }
                public static string Shout(this string text) => text.ToUpper();
                public static void Frobnicate(int a, int b) { }
            }
        }
        """;

    private static SourceFolder Sample() =>
        new SourceFolder().With("Client.cs", Client).With("Store.cs", Store).With("StoreBase.cs", StoreBase);

    [Fact]
    public async Task Definitions_are_named_by_what_they_are_in()
    {
        using var folder = new SourceFolder().With("Store.cs", Store);

        var bundle = await folder.ExtractAsync();

        var rows = bundle["definitions"].Select(d =>
            $"{Text(d, "kind")} {Text(d, "qualified_name")}/"
            + $"{(d.TryGetProperty("arity", out var arity) ? arity.ToString() : "-")} "
            + $"{Number(d, "line")}:{Number(d, "col")}");
        Assert.Equal(
            [
                "class Shop.Data.Store`1/1 7:14",
                "field Shop.Data.Store`1._items/- 9:30",
                "property Shop.Data.Store`1.Count/- 10:16",
                "constructor Shop.Data.Store`1..ctor/1 11:12",
                "method Shop.Data.Store`1.Add/2 12:17",
                "local_function Shop.Data.Store`1.Add.Note/0 16:14",
                "method Shop.Data.Store`1.IDisposable.Dispose/0 19:22",
                "method Shop.Data.Store`1.Make/0 20:28",
                "indexer Shop.Data.Store`1.this[]/1 21:14",
                "enum Shop.Data.Store`1.Mode/0 22:17",
                "enum_member Shop.Data.Store`1.Mode.On/- 22:24",
                "enum_member Shop.Data.Store`1.Mode.Off/- 22:28",
            ],
            rows);
        var store = bundle["definitions"][0];
        Assert.Equal(("Store", "Shop.Data"), (Text(store, "name"), Text(store, "module")));
        bundle.AssertSound();
    }

    [Fact]
    public async Task Records_and_primary_constructors_declare_their_parameters()
    {
        using var folder = new SourceFolder().With(
            "R.cs", """
            record R(int A, string B) { class In(int n) : Base(n) { int F() => n; } }
            delegate void D<T>(T x);
            class E { event D<int> X, Y; public static E operator +(E a, E b) => a; }
            """);

        var bundle = await folder.ExtractAsync();

        Assert.Equal(
            ["record R", "constructor R..ctor", "property R.A", "property R.B", "class R.In", "constructor R.In..ctor",
             "method R.In.F", "delegate D`1", "class E", "event E.X", "event E.Y", "operator E.operator +"],
            bundle["definitions"].Select(d => Text(d, "kind") + " " + Text(d, "qualified_name")));
    }

    [Fact]
    public async Task Calls_lead_to_what_they_mean_in_the_package()
    {
        using var folder = Sample();

        var bundle = await folder.ExtractAsync();

        var edges = bundle["call_edges"].Select(e =>
            $"{Text(e, "caller_qualified_name")} -> {Text(e, "callee_qualified_name")}"
            + $" {e.GetProperty("metadata").GetProperty("resolution")}");
        Assert.Equal(
            [
                "Shop.Client -> Shop.Data.Store`1..ctor semantics",
                "Shop.Client.Run -> Shop.Data.Store`1.Add semantics",
                "Shop.Client.Run -> Shop.Data.Store`1.Add semantics",
                "Shop.Client.Run -> Shop.Tools.Helpers.Help semantics",
                "Shop.Client.Run -> Shop.Tools.Helpers.Help semantics",
                "Shop.Client.Run -> System.Object.Frobnicate names",
                "Shop.Client.Run -> System.Object.GetHashCode semantics",
                "Shop.Client.Run -> Shop.Tools.Helpers.Shout semantics",
                "Shop.Tools.Helpers.Shout -> System.String.ToUpper semantics",
                "Shop.Data.Store`1..ctor -> Shop.Data.StoreBase..ctor semantics",
                "Shop.Data.Store`1..ctor -> Shop.Data.StoreBase.Resize semantics",
                "Shop.Data.Store`1.Add -> System.Collections.Generic.List`1.Add semantics",
                "Shop.Data.Store`1.Add -> Shop.Data.Store`1.Add semantics",
                "Shop.Data.Store`1.Add.Note -> System.Console.WriteLine semantics",
                "Shop.Data.Store`1.Add -> Shop.Data.Store`1.Add.Note semantics",
                "Shop.Data.Store`1.Make -> Shop.Data.Store`1..ctor semantics",
            ],
            edges);
        bundle.AssertSound();
    }

    [Fact]
    public async Task The_ends_of_an_edge_are_the_nodes_it_names()
    {
        using var folder = Sample();
        var bundle = await folder.ExtractAsync();
        var nodes = bundle["graph_nodes"].ToDictionary(n => Number(n, "id"));

        Assert.NotEmpty(bundle["call_edges"]);
        Assert.All(bundle["call_edges"], edge =>
        {
            Assert.Equal(Text(edge, "caller_qualified_name"), Text(nodes[Number(edge, "caller_node_id")], "qualified_name"));
            var callee = nodes[Number(edge, "callee_node_id")];
            Assert.Equal(Text(edge, "callee_qualified_name"), Text(callee, "qualified_name"));
            Assert.Equal(Text(callee, "kind") == "external", !callee.TryGetProperty("file_id", out _));
        });
        Assert.All(bundle["graph_nodes"], node => Assert.Equal("roslyn", Text(node, "engine")));
    }

    [Fact]
    public async Task References_say_how_a_name_is_used()
    {
        using var folder = Sample();

        var bundle = await folder.ExtractAsync();

        var references = bundle["symbol_references"].Where(r => Number(r, "file_id") == 1).Select(r =>
            $"{Number(r, "line")} {Text(r, "kind")} {Text(r, "qualified_name")}").ToList();
        string[] expected =
        [
            "1 using Shop.Data", "2 using Shop.Tools.Helpers", "6 attribute Shop.MarkerAttribute",
            "9 type Shop.Data.Store`1", "9 new Shop.Data.Store`1", "12 member Shop.Client._store",
            "12 call Shop.Data.Store`1.Add", "15 member Shop.Tools.Helpers", "15 call Shop.Tools.Helpers.Help",
            "21 base System.Attribute",
        ];
        Assert.All(expected, one => Assert.Contains(one, references));
        var call = bundle["symbol_references"].First(r => Number(r, "line") == 13 && Text(r, "kind") == "call");
        Assert.Equal((2L, 19L), (Number(call, "arity"), Number(call, "col")));
        Assert.Equal("Run", Text(bundle["fragments"][(int)Number(call, "fragment_id") - 1], "name"));
    }

    [Fact]
    public async Task Type_parameters_and_var_are_no_references()
    {
        using var folder = new SourceFolder().With("A.cs", "class A<T> { T F<U>(U u) { var x = default(T); return x; } }");

        Assert.Empty((await folder.ExtractAsync())["symbol_references"]);
    }

    [Fact]
    public async Task Parts_of_a_type_know_each_other()
    {
        using var folder = new SourceFolder()
            .With("A1.cs", "namespace N; partial class A { void One() { Two(1); this.Two(2); } }")
            .With("A2.cs", "namespace N; partial class A { void Two(int x) { } void Two() { } }");

        var edges = (await folder.ExtractAsync())["call_edges"];

        Assert.Equal(2, edges.Count);
        Assert.Single(edges.Select(e => Number(e, "callee_node_id")).Distinct());
        Assert.All(edges, e => Assert.Equal("N.A.Two", Text(e, "callee_qualified_name")));
    }

    [Fact]
    public async Task Overloads_are_told_apart_by_the_number_of_arguments()
    {
        using var folder = new SourceFolder().With(
            "A.cs", """
            class A { void M() { F(); F(1); F(1, 2, 3); } void F() { }
            void F(int a) { }
            void F(int a, params int[] b) { } }
            """);
        var bundle = await folder.ExtractAsync();
        var nodes = bundle["graph_nodes"].ToDictionary(n => Number(n, "id"));

        Assert.Equal([1L, 2L, 3L], bundle["call_edges"].Select(e => Number(nodes[Number(e, "callee_node_id")], "line")));
    }

    [Fact]
    public async Task A_name_of_another_package_is_outside()
    {
        using var folder = new SourceFolder()
            .With("a/A.csproj", "<Project/>").With("a/A.cs", "namespace A { public class Tool { public static void Use() { } } }")
            .With("b/B.csproj", "<Project/>").With("b/B.cs", "using A; class B { void M() { Tool.Use(); } }");

        var bundle = await folder.ExtractAsync(o => o);

        var edge = Assert.Single(bundle["call_edges"]);
        Assert.Equal("Tool.Use", Text(edge, "callee_qualified_name"));
        Assert.Single(bundle.Where("graph_nodes", "kind", "external"));
    }

    [Fact]
    public async Task Top_level_statements_call_from_a_node_of_their_own()
    {
        using var folder = new SourceFolder().With("Program.cs", """
            using N;
            Run(1);
            void Run(int x) { Job.Do(); }
            namespace N { class Job { public static void Do() { } } }
            """);

        var edges = (await folder.ExtractAsync())["call_edges"];

        Assert.Equal(
            ["Program.<Main>$ -> Program.<Main>$.Run", "Program.<Main>$.Run -> N.Job.Do"],
            edges.Select(e => $"{Text(e, "caller_qualified_name")} -> {Text(e, "callee_qualified_name")}"));
    }

    [Fact]
    public async Task Types_that_are_their_own_bases_end_the_search()
    {
        using var folder = new SourceFolder().With("A.cs", "class A : B { void M() { base.X(); Y(); } } class B : A { }");

        var edges = (await folder.ExtractAsync())["call_edges"];

        Assert.Equal(["B.X", "Y"], edges.Select(e => Text(e, "callee_qualified_name")));
    }

    [Fact]
    public async Task Comments_belong_to_the_member_they_precede_or_are_in()
    {
        using var folder = new SourceFolder().With("A.cs", """
            // File.

            /// <summary>Type.</summary>
            class A
            {
                /* One
                 * two */
                void M()
                {
                    // in
                    // M
                    N(); // tail
                }
                // end of A
            }
            """);

        var bundle = await folder.ExtractAsync();

        string Around(long fragment) => Text(bundle["fragments"][(int)fragment - 1], "name");
        var comments = bundle["comments"].Select(c =>
            $"{Number(c, "line")}:{Number(c, "col")} {Text(c, "text")} @{Around(Number(c, "fragment_id"))}");
        Assert.Equal(
            [
                "1:1 File. @A", "3:1 <summary>Type.</summary> @A", "6:5 One\ntwo @M", "10:9 in\nM @M", "12:14 tail @M",
                "14:5 end of A @A",
            ],
            comments);
        Assert.Equal(
            "File.\n<summary>Type.</summary>\nOne\ntwo\nin\nM\ntail\nend of A", Text(bundle["files"][0], "comments_text"));
    }
}
