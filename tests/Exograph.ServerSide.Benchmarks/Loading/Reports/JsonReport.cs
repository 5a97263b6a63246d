using System.Text.Json;

namespace Exograph.ServerSide.Benchmarks.Loading.Reports;

/// <summary>Results for programs: every round, not only the medians.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(LoadResults results, FileInfo file)
    {
        using var stream = file.Create();
        JsonSerializer.Serialize(stream, results, s_options);
    }
}
