using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Exograph.Extract.CSharp;

/// <summary>A few threads with large stacks: the parser recurses as deep as the source nests.</summary>
internal sealed class LargeStackWorkers : IDisposable
{
    // Reserved, not used: the pages become real as the stack grows into them.
    private const int StackBytes = 256 << 20;

    private readonly BlockingCollection<Action> _work = [];
    private readonly int _count;
    private volatile bool _isStopping;

    public LargeStackWorkers(int count)
    {
        _count = count;
        for (var i = 0; i < count; i++)
            StartThread();
    }

    /// <summary>
    /// Does the work for each input, some at once; the results come in the order of the inputs. Of the inputs that are worked on
    /// or wait for their turn, the weights together stay below the limit, one input of any weight aside. Who cancels does not
    /// wait for what is being worked on.
    /// </summary>
    public async IAsyncEnumerable<TResult> InOrderAsync<TInput, TResult>(
        IEnumerable<TInput> inputs, Func<TInput, long> weigh, long limit, Func<TInput, TResult> work,
        [EnumeratorCancellation] CancellationToken cancellationToken, Patience<TInput, TResult>? patience = null)
    {
        var window = new Queue<(Job<TResult> Job, TInput Input, long Weight)>();
        var weight = 0L;
        foreach (var input in inputs)
        {
            var own = weigh(input);
            while (window.Count > _count || window.Count > 0 && weight + own > limit)
                yield return await NextAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            window.Enqueue((Start(() => work(input)), input, own));
            weight += own;
        }
        while (window.Count > 0)
            yield return await NextAsync().ConfigureAwait(false);

        async Task<TResult> NextAsync()
        {
            var (next, input, own) = window.Dequeue();
            if (patience is not null && !await next.EndsWithinAsync(patience.Limit, cancellationToken).ConfigureAwait(false))
            {
                // In the place of the one that is stuck. Nothing ends that; the process does not wait for it.
                StartThread();
                next = Start(() => patience.Instead(input));
            }
            var result = await next.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            weight -= own;
            return result;
        }
    }

    /// <summary>Ends the threads, each when it is done with what it does; the parser cannot be interrupted.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _work.CompleteAdding();
    }

    private Job<T> Start<T>(Func<T> work)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            started.SetResult();
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return new Job<T>(started.Task, done.Task);
    }

    private void StartThread() => new Thread(Work, StackBytes) { IsBackground = true, Name = "exograph-extract" }.Start();

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
            if (!_isStopping)
                action();
    }

    private sealed record Job<T>(Task Started, Task<T> Result)
    {
        public async Task<bool> EndsWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
        {
            await Started.WaitAsync(cancellationToken).ConfigureAwait(false);
            return await Task.WhenAny(Result, Task.Delay(limit, cancellationToken)).ConfigureAwait(false) == Result || cancellationToken.IsCancellationRequested;
        }
    }
}

/// <summary>How long work on one input may take once it is waited for, and what is done instead of it then.</summary>
internal sealed record Patience<TInput, TResult>(TimeSpan Limit, Func<TInput, TResult> Instead);
