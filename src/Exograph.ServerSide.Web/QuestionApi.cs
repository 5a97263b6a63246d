using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Exograph.ServerSide.Web;

/// <summary>Questions to the index. An answer is a page of rows, and the token with which the next page begins.</summary>
internal static class QuestionApi
{
    private const int MostRows = 500;

    public static void Map(RouteGroupBuilder find, ExographClient client)
    {
        var ask = client.Questions;
        find.MapGet("definitions", (string name, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.DefinitionsAsync(name, scope: where.Scope, page: page, cancellationToken: c)));
        find.MapGet("references", (string name, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.ReferencesAsync(name, scope: where.Scope, page: page, cancellationToken: c)));
        find.MapGet("callers", (string name, int? depth, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.CallersAsync(name, depth ?? 1, where.Scope, page, c)));
        find.MapGet("callees", (string name, int? depth, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.CalleesAsync(name, depth ?? 1, where.Scope, page, c)));
        find.MapGet("path", (string name, string other, int? depth, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, _ => ask.CallPathAsync(name, other, depth ?? 10, where.Scope, c)));
        find.MapGet("fragments", ([FromQuery(Name = "term")] string[] terms, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.FragmentsAsync(terms, scope: where.Scope, page: page, cancellationToken: c)));
        find.MapGet("text", (string pattern, bool? comments, bool? ignoreCase, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.TextAsync(
                pattern, comments == true ? IndexedTexts.Comments : IndexedTexts.Sources, ignoreCase ?? false, where.Scope, page, c)));
        find.MapGet("copies/{fragment:long}", (long fragment, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.CopiesAsync(fragment, where.Scope, page, c)));
        find.MapGet("similar/{fragment:long}", (long fragment, double? minimum, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.SimilarAsync(fragment, minimum ?? 0.5, where.Scope, page, c)));
        find.MapGet("changes", (string package, string before, string now, string? ecosystem, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.ChangesAsync(package, before, now, ecosystem, page, c)));
        MapFiles(find, ask);
    }

    private static void MapFiles(RouteGroupBuilder find, IndexQuestions ask)
    {
        find.MapGet("files", (string path, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.FilesAsync(path, where.Scope, page, c).Select(file => file with { Source = "" })));
        find.MapGet("file/{id:long}", async (long id, CancellationToken c) => Results.Json(await ask.FileAsync(id, c).ConfigureAwait(false)));
        find.MapGet("file/{id:long}/outline", (long id, CancellationToken c) => ask.OutlineAsync(id, c));
        find.MapGet("file/{id:long}/copies", (long id, [AsParameters] Where where, CancellationToken c) =>
            PageAsync(where, page => ask.FileCopiesAsync(id, where.Scope, page, c)));
    }

    /// <summary>One row more than is wanted tells whether there is another page.</summary>
    private static async Task<Answers<T>> PageAsync<T>(Where where, Func<QuestionPage, IAsyncEnumerable<T>> ask) where T : Answer
    {
        var most = Math.Clamp(where.Limit ?? 100, 1, MostRows);
        var rows = await ask(new QuestionPage { After = Where.Given(where.After), Limit = most + 1 }).Take(most + 1).ToListAsync().ConfigureAwait(false);
        return rows.Count > most ? new(rows[..most], rows[most - 1].Token) : new(rows, null);
    }

    /// <summary>What most questions take besides.</summary>
    internal sealed record Where(string? Package, string? Version, string? Ecosystem, string? After, int? Limit)
    {
        public QuestionScope Scope => new() { Package = Given(Package), Version = Given(Version), Ecosystem = Given(Ecosystem) };

        /// <summary>A field that was left empty is none.</summary>
        public static string? Given(string? value) => value is "" ? null : value;
    }

    /// <param name="Rows">The rows.</param>
    /// <param name="Next">What the next page begins after; null on the last one.</param>
    internal sealed record Answers<T>(IReadOnlyList<T> Rows, string? Next);
}
