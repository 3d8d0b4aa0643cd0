using Xunit;

namespace AttentionGen.Conformance.Kernels;

/// <summary>Tests that count this process's allocations or need the worker pool to themselves: run alone, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Serial
{
    public const string Name = "Serial";
}
