using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>ONNX Runtime's MultiHeadAttention on a problem's packed tensors, inputs and output bound to memory that is allocated once.</summary>
public sealed class OnnxAttention : IDisposable
{
    private readonly AttentionProblem problem;
    private readonly OnnxSession session;
    private readonly OnnxBinding binding;

    /// <summary>Builds the model and its session.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime refused; the message is its own.</exception>
    public OnnxAttention(OrtApi api, AttentionProblem problem, int threads)
    {
        this.problem = problem;
        KernelEntry kernel = problem.Kernel;
        Output = GC.AllocateArray<float>(problem.PackedOutput.Length, pinned: true);
        session = new OnnxSession(api, OnnxModel.MultiHeadAttention(1, problem.Length, kernel.Heads, kernel.HeadDim, kernel.Mask.IsCausal), threads);
        long width = kernel.Heads * kernel.HeadDim;
        binding = new OnnxBinding(session, inputs: 3, outputs: 1)
            .Bind(OnnxModel.Query, problem.PackedQuery, 1, problem.Length, width)
            .Bind(OnnxModel.Key, problem.PackedKey, 1, problem.Length, width)
            .Bind(OnnxModel.Value, problem.PackedValue, 1, problem.Length, width)
            .Bind(OnnxModel.Output, Output, 1, problem.Length, width);
    }

    /// <summary><c>[length, heads * headDim]</c>: what the last <see cref="Run"/> wrote.</summary>
    public float[] Output { get; }

    /// <summary>Whether MultiHeadAttention can express the mask.</summary>
    public static bool Supports(KeyVisibility mask) => mask == KeyVisibility.All || mask == KeyVisibility.Causal;

    /// <summary>One forward pass into <see cref="Output"/>.</summary>
    public void Run() => binding.Run();

    /// <summary>Runs once and compares every element with what our kernel wrote for the packed tensors.</summary>
    /// <exception cref="InvalidDataException">The two differ by more than 1e-4 somewhere.</exception>
    public void Verify()
    {
        Run();
        for (int i = 0; i < Output.Length; i++)
        {
            if (!(Math.Abs(Output[i] - problem.PackedOutput[i]) <= 1e-4f))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{problem.Kernel.Name}, length {problem.Length}, element {i}: ONNX Runtime gives {Output[i]}, our kernel {problem.PackedOutput[i]}."));
            }
        }
    }

    /// <summary>Frees the session and what it was bound to.</summary>
    public void Dispose()
    {
        binding.Dispose();
        session.Dispose();
    }
}
