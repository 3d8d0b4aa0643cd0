using AttentionGen.Benchmarks.Kernels;
using BenchmarkDotNet.Attributes;

namespace AttentionGen.Benchmarks.Explore;

/// <summary>The projections' GEMM at a few sizes.</summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private GemmProblem problem = null!;

    /// <summary>Rows of the input.</summary>
    [Params(1, 128, 512, 2048)]
    public int Rows { get; set; }

    /// <summary>Columns of the input and of the output.</summary>
    [Params(512, 1024)]
    public int Width { get; set; }

    /// <summary>Draws the inputs and packs the weight.</summary>
    [GlobalSetup]
    public void Setup() => problem = new GemmProblem(Rows, Width, Width);

    /// <summary>One product on one thread.</summary>
    [Benchmark]
    public void Multiply() => problem.Run(threads: 1);
}
