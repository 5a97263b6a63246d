using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Exograph.ServerSide.Web;

/// <summary>The files of the page, which are in this assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";
    private const string Start = "index.html";

    private static readonly FrozenDictionary<string, byte[]> s_files = Read().ToFrozenDictionary();

    /// <summary>Any other address is one within the page, which finds out by itself what to show there.</summary>
    public static void Map(WebApplication app)
    {
        foreach (var (name, content) in s_files)
            app.MapGet(name, () => Results.Bytes(content, TypeOf(name)));
        app.MapFallback(() => Results.Bytes(s_files[Start], TypeOf(Start)));
    }

    private static IEnumerable<KeyValuePair<string, byte[]>> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var content = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            yield return KeyValuePair.Create(name[Prefix.Length..], bytes);
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"no content type is known for {other}"),
    };
}
