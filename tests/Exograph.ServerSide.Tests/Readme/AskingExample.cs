namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The example that the page on asking shows, between the markers.</summary>
internal static class AskingExample
{
    public static async Task RunAsync(string connectionString, TextWriter Console, CancellationToken cancellationToken)
    {
        // README
        await using var client = ExographClient.Create(connectionString);
        var store = new QuestionScope { Package = "store", Version = "1.1" };
        await foreach (var definition in client.Questions.DefinitionsAsync("Store.%", kind: "function", store, cancellationToken: cancellationToken))
        {
            Console.WriteLine($"{definition.Path}:{definition.Line} {definition.QualifiedName}");
            await foreach (var call in client.Questions.CallersAsync(definition.QualifiedName, depth: 2, store, cancellationToken: cancellationToken))
                Console.WriteLine($"  {call.Level} {call.Caller} in {call.Package}");
        }
        // README
    }
}
