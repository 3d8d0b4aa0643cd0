using AttentionGen.Benchmarks.Kernels;
using BenchmarkDotNet.Attributes;

namespace AttentionGen.Benchmarks.Explore;

/// <summary>Every declared kernel at a few lengths, heads first, for a look at distributions, allocation and disassembly.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks
{
    private AttentionProblem problem = null!;

    /// <summary>The kernel's class name.</summary>
    [ParamsSource(nameof(KernelNames))]
    public string Kernel { get; set; } = string.Empty;

    /// <summary>Positions of queries and keys.</summary>
    [Params(128, 512, 2048)]
    public int Length { get; set; }

    /// <summary>Threads; 0 means all.</summary>
    [Params(1)]
    public int Threads { get; set; }

    /// <summary>The declared kernels.</summary>
    public static IEnumerable<string> KernelNames => KernelList.All.Select(kernel => kernel.Name);

    /// <summary>Draws the inputs.</summary>
    [GlobalSetup]
    public void Setup() => problem = new AttentionProblem(KernelList.All.First(kernel => kernel.Name == Kernel), Length);

    /// <summary>One forward pass.</summary>
    [Benchmark]
    public void Forward() => problem.RunHeadsFirst(Threads, SimdTier.Best);

    /// <summary>One forward pass over packed tensors.</summary>
    [Benchmark]
    public void ForwardPacked() => problem.RunPacked(Threads, SimdTier.Best);
}
