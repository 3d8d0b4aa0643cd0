using System.Runtime.InteropServices;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>
/// ONNX Runtime's C API, called through its table of function pointers. Only functions of API version 1 are used, whose places in
/// the table are fixed for good (onnxruntime_c_api.h asserts that its last, ReleaseCustomOpDomain, has index 101).
/// </summary>
public sealed unsafe class OrtApi
{
    private const uint ApiVersion = 1;
    private readonly nint* functions;

    /// <summary>Loads the native library.</summary>
    /// <exception cref="DllNotFoundException">There is no loadable library at <paramref name="path"/>.</exception>
    /// <exception cref="EntryPointNotFoundException">The library is not ONNX Runtime.</exception>
    public OrtApi(string path)
    {
        nint library = NativeLibrary.Load(Path.GetFullPath(path));
        var getApiBase = (delegate* unmanaged[Cdecl]<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        nint* apiBase = getApiBase();
        functions = ((delegate* unmanaged[Cdecl]<uint, nint*>)apiBase[0])(ApiVersion);
        Version = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)apiBase[1])()) ?? "unknown";
    }

    /// <summary>The library's version.</summary>
    public string Version { get; }

    /// <summary>The function at an index of the table.</summary>
    public nint this[OrtFunction function] => functions[(int)function];

    /// <summary>Turns a failed status into an exception.</summary>
    /// <exception cref="InvalidOperationException">The status is an error; the message is ONNX Runtime's.</exception>
    public void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        nint message = ((delegate* unmanaged[Cdecl]<nint, nint>)this[OrtFunction.GetErrorMessage])(status);
        string text = Marshal.PtrToStringUTF8(message) ?? "no message";
        Release(OrtFunction.ReleaseStatus, status);
        throw new InvalidOperationException($"ONNX Runtime {Version}: {text}");
    }

    /// <summary>Calls one of the release functions; null is allowed.</summary>
    public void Release(OrtFunction function, nint handle)
    {
        if (handle != 0)
        {
            ((delegate* unmanaged[Cdecl]<nint, void>)this[function])(handle);
        }
    }
}

/// <summary>Indices into the OrtApi table.</summary>
public enum OrtFunction
{
    /// <summary>The text of a failed status.</summary>
    GetErrorMessage = 2,

    /// <summary>Makes the process-wide environment.</summary>
    CreateEnv = 3,

    /// <summary>Makes a session from model bytes.</summary>
    CreateSessionFromArray = 8,

    /// <summary>Runs a session.</summary>
    Run = 9,

    /// <summary>Makes session options.</summary>
    CreateSessionOptions = 10,

    /// <summary>Sets the graph optimisation level.</summary>
    SetSessionGraphOptimizationLevel = 23,

    /// <summary>Sets the threads used inside one operator.</summary>
    SetIntraOpNumThreads = 24,

    /// <summary>Wraps the caller's memory as a tensor.</summary>
    CreateTensorWithDataAsOrtValue = 49,

    /// <summary>Describes CPU memory.</summary>
    CreateCpuMemoryInfo = 69,

    /// <summary>Frees the environment.</summary>
    ReleaseEnv = 92,

    /// <summary>Frees a status.</summary>
    ReleaseStatus = 93,

    /// <summary>Frees a memory description.</summary>
    ReleaseMemoryInfo = 94,

    /// <summary>Frees a session.</summary>
    ReleaseSession = 95,

    /// <summary>Frees a tensor, not the caller's memory.</summary>
    ReleaseValue = 96,

    /// <summary>Frees session options.</summary>
    ReleaseSessionOptions = 100,
}
