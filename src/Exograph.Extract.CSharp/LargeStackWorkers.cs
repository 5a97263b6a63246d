using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Exograph.Extract.CSharp;

/// <summary>A few threads with large stacks: the parser recurses as deep as the source nests.</summary>
internal sealed class LargeStackWorkers : IDisposable
{
    // Reserved, not used: the pages become real as the stack grows into them.
    private const int StackBytes = 256 << 20;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    public LargeStackWorkers(int count)
    {
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work, StackBytes) { IsBackground = true, Name = "exograph-extract" };
            _threads[i].Start();
        }
    }

    /// <summary>Does the work for each input, some at once; the results come in the order of the inputs.</summary>
    public async IAsyncEnumerable<TResult> InOrderAsync<TInput, TResult>(
        IEnumerable<TInput> inputs, Func<TInput, TResult> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var window = new Queue<Task<TResult>>();
        try
        {
            foreach (var input in inputs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                window.Enqueue(Start(() => work(input)));
                if (window.Count > _threads.Length)
                    yield return await window.Dequeue().ConfigureAwait(false);
            }
            while (window.TryDequeue(out var next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var task in window)
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _work.Dispose();
    }

    private Task<T> Start<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
            action();
    }
}
