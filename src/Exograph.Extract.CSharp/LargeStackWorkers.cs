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
    private volatile bool _isStopping;

    public LargeStackWorkers(int count)
    {
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work, StackBytes) { IsBackground = true, Name = "exograph-extract" };
            _threads[i].Start();
        }
    }

    /// <summary>
    /// Does the work for each input, some at once; the results come in the order of the inputs. Of the inputs that are worked on
    /// or wait for their turn, the weights together stay below the limit, one input of any weight aside. Who cancels does not
    /// wait for what is being worked on.
    /// </summary>
    public async IAsyncEnumerable<TResult> InOrderAsync<TInput, TResult>(
        IEnumerable<TInput> inputs, Func<TInput, long> weigh, long limit, Func<TInput, TResult> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var window = new Queue<(Task<TResult> Result, long Weight)>();
        var weight = 0L;
        foreach (var input in inputs)
        {
            var own = weigh(input);
            while (window.Count > _threads.Length || window.Count > 0 && weight + own > limit)
                yield return await NextAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            window.Enqueue((Start(() => work(input)), own));
            weight += own;
        }
        while (window.Count > 0)
            yield return await NextAsync().ConfigureAwait(false);

        async Task<TResult> NextAsync()
        {
            var (next, own) = window.Dequeue();
            var result = await next.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            if (!_isStopping)
                action();
    }
}
