using System.Runtime.InteropServices;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>
/// ONNX Runtime's MultiHeadAttention on a problem's packed tensors: all graph optimisations, memory arena and thread spinning as ONNX Runtime
/// sets them, inputs and output bound to memory that is allocated once.
/// </summary>
public sealed unsafe class OnnxAttention : IDisposable
{
    private const int AllGraphOptimisations = 99;
    private const int WarningSeverity = 2;
    private const int ArenaAllocator = 1;
    private const int FloatElement = 1;

    private readonly OrtApi api;
    private readonly AttentionProblem problem;
    private readonly nint* inputNames = (nint*)NativeMemory.AllocZeroed(3, (nuint)sizeof(nint));
    private readonly nint* inputs = (nint*)NativeMemory.AllocZeroed(3, (nuint)sizeof(nint));
    private nint environment;
    private nint options;
    private nint session;
    private nint memory;
    private nint outputName;
    private nint output;

    /// <summary>Builds the model and its session.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime refused; the message is its own.</exception>
    public OnnxAttention(OrtApi api, AttentionProblem problem, int threads)
    {
        this.api = api;
        this.problem = problem;
        Output = GC.AllocateArray<float>(problem.PackedOutput.Length, pinned: true);
        try
        {
            CreateSession(threads);
            BindTensors();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary><c>[length, heads * headDim]</c>: what the last <see cref="Run"/> wrote.</summary>
    public float[] Output { get; }

    /// <summary>Whether MultiHeadAttention can express the mask.</summary>
    public static bool Supports(KeyVisibility mask) => mask == KeyVisibility.All || mask == KeyVisibility.Causal;

    /// <summary>One forward pass into <see cref="Output"/>.</summary>
    public void Run()
    {
        nint name = outputName, value = output;
        api.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)api[OrtFunction.Run])(
            session, 0, inputNames, inputs, 3, &name, 1, &value));
    }

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
        for (int i = 0; i < 3; i++)
        {
            api.Release(OrtFunction.ReleaseValue, inputs[i]);
            Marshal.FreeCoTaskMem(inputNames[i]);
        }

        api.Release(OrtFunction.ReleaseValue, output);
        Marshal.FreeCoTaskMem(outputName);
        api.Release(OrtFunction.ReleaseMemoryInfo, memory);
        api.Release(OrtFunction.ReleaseSession, session);
        api.Release(OrtFunction.ReleaseSessionOptions, options);
        api.Release(OrtFunction.ReleaseEnv, environment);
        NativeMemory.Free(inputs);
        NativeMemory.Free(inputNames);
    }

    private void CreateSession(int threads)
    {
        nint handle;
        nint logId = Marshal.StringToCoTaskMemUTF8("benchmarks");
        api.Check(((delegate* unmanaged[Cdecl]<int, nint, nint*, nint>)api[OrtFunction.CreateEnv])(WarningSeverity, logId, &handle));
        Marshal.FreeCoTaskMem(logId);
        environment = handle;
        api.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)api[OrtFunction.CreateSessionOptions])(&handle));
        options = handle;
        var setInteger = (delegate* unmanaged[Cdecl]<nint, int, nint>)api[OrtFunction.SetSessionGraphOptimizationLevel];
        api.Check(setInteger(options, AllGraphOptimisations));
        setInteger = (delegate* unmanaged[Cdecl]<nint, int, nint>)api[OrtFunction.SetIntraOpNumThreads];
        api.Check(setInteger(options, threads));
        KernelEntry kernel = problem.Kernel;
        byte[] model = OnnxModel.MultiHeadAttention(1, problem.Length, kernel.Heads, kernel.HeadDim, kernel.Mask.IsCausal);
        fixed (byte* bytes = model)
        {
            api.Check(((delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, nint*, nint>)api[OrtFunction.CreateSessionFromArray])(
                environment, bytes, (nuint)model.Length, options, &handle));
        }

        session = handle;
    }

    private void BindTensors()
    {
        nint handle;
        api.Check(((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)api[OrtFunction.CreateCpuMemoryInfo])(ArenaAllocator, 0, &handle));
        memory = handle;
        float[][] data = [problem.PackedQuery, problem.PackedKey, problem.PackedValue];
        for (int i = 0; i < 3; i++)
        {
            inputNames[i] = Marshal.StringToCoTaskMemUTF8(OnnxModel.Inputs[i]);
            inputs[i] = Wrap(data[i]);
        }

        outputName = Marshal.StringToCoTaskMemUTF8(OnnxModel.Output);
        output = Wrap(Output);
    }

    // The arrays are on the pinned heap: their address holds for their lifetime, and the fields keep them alive.
    private nint Wrap(float[] pinned)
    {
        long* shape = stackalloc long[] { 1, problem.Length, problem.Kernel.Heads * problem.Kernel.HeadDim };
        nint handle;
        api.Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)api[OrtFunction.CreateTensorWithDataAsOrtValue])(
            memory, (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), (nuint)pinned.Length * sizeof(float), shape, 3, FloatElement, &handle));
        return handle;
    }
}
