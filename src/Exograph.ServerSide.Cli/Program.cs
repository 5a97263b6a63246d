using Exograph.ServerSide.Cli;

return await CliApp.RunAsync(args, CliContext.ForProcess()).ConfigureAwait(false);
