using System.Runtime.InteropServices;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>A model in ONNX Runtime: all graph optimisations, memory arena and thread spinning as ONNX Runtime sets them.</summary>
public sealed unsafe class OnnxSession : IDisposable
{
    private const int AllGraphOptimisations = 99;
    private const int WarningSeverity = 2;
    private const int ArenaAllocator = 1;

    private nint environment;
    private nint options;

    /// <summary>Loads a model.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime refused; the message is its own.</exception>
    public OnnxSession(OrtApi api, byte[] model, int threads)
    {
        Api = api;
        try
        {
            Create(model, threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The library.</summary>
    public OrtApi Api { get; }

    /// <summary>The session.</summary>
    public nint Handle { get; private set; }

    /// <summary>What describes CPU memory.</summary>
    public nint Memory { get; private set; }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        Api.Release(OrtFunction.ReleaseMemoryInfo, Memory);
        Api.Release(OrtFunction.ReleaseSession, Handle);
        Api.Release(OrtFunction.ReleaseSessionOptions, options);
        Api.Release(OrtFunction.ReleaseEnv, environment);
        (Memory, Handle, options, environment) = (0, 0, 0, 0);
    }

    private void Create(byte[] model, int threads)
    {
        nint handle;
        nint logId = Marshal.StringToCoTaskMemUTF8("benchmarks");
        Api.Check(((delegate* unmanaged[Cdecl]<int, nint, nint*, nint>)Api[OrtFunction.CreateEnv])(WarningSeverity, logId, &handle));
        Marshal.FreeCoTaskMem(logId);
        environment = handle;
        Api.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)Api[OrtFunction.CreateSessionOptions])(&handle));
        options = handle;
        var setInteger = (delegate* unmanaged[Cdecl]<nint, int, nint>)Api[OrtFunction.SetSessionGraphOptimizationLevel];
        Api.Check(setInteger(options, AllGraphOptimisations));
        setInteger = (delegate* unmanaged[Cdecl]<nint, int, nint>)Api[OrtFunction.SetIntraOpNumThreads];
        Api.Check(setInteger(options, threads));
        fixed (byte* bytes = model)
        {
            Api.Check(((delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, nint*, nint>)Api[OrtFunction.CreateSessionFromArray])(
                environment, bytes, (nuint)model.Length, options, &handle));
        }

        Handle = handle;
        Api.Check(((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)Api[OrtFunction.CreateCpuMemoryInfo])(ArenaAllocator, 0, &handle));
        Memory = handle;
    }
}
