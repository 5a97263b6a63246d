using Exograph.Extract.CSharp;

return await ExtractCommand.RunAsync(args).ConfigureAwait(false);
