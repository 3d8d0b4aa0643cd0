using System.Runtime.InteropServices;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>The inputs and outputs of a session, bound to arrays on the pinned heap that are allocated once; an output may stand where an input does.</summary>
public sealed unsafe class OnnxBinding(OnnxSession session, int inputs, int outputs) : IDisposable
{
    private const int FloatElement = 1;
    private const int IntegerElement = 6;

    // Names of inputs, inputs, names of outputs, outputs.
    private readonly nint* handles = (nint*)NativeMemory.AllocZeroed(2 * (nuint)(inputs + outputs), (nuint)sizeof(nint));
    private readonly List<Array> bound = [];

    /// <summary>Binds the next input, then the next output: in the model's order.</summary>
    public OnnxBinding Bind(string name, float[] pinned, params ReadOnlySpan<long> shape) => Bind(name, pinned, sizeof(float), FloatElement, shape);

    /// <inheritdoc cref="Bind(string, float[], ReadOnlySpan{long})"/>
    public OnnxBinding Bind(string name, int[] pinned, params ReadOnlySpan<long> shape) => Bind(name, pinned, sizeof(int), IntegerElement, shape);

    /// <summary>Runs the model.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime refused; the message is its own.</exception>
    public void Run()
    {
        nint* outputNames = handles + (2 * inputs);
        session.Api.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)session.Api[OrtFunction.Run])(
            session.Handle, 0, handles, handles + inputs, (nuint)inputs, outputNames, (nuint)outputs, outputNames + outputs));
    }

    /// <summary>Frees what names the arrays, not the arrays.</summary>
    public void Dispose()
    {
        for (int n = 0; n < bound.Count; n++)
        {
            (int name, int value) = Places(n);
            session.Api.Release(OrtFunction.ReleaseValue, handles[value]);
            Marshal.FreeCoTaskMem(handles[name]);
        }

        bound.Clear();
        NativeMemory.Free(handles);
    }

    private OnnxBinding Bind(string name, Array pinned, int elementBytes, int element, ReadOnlySpan<long> shape)
    {
        nint value;
        fixed (long* sizes = shape)
        {
            session.Api.Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)session.Api[OrtFunction.CreateTensorWithDataAsOrtValue])(
                session.Memory, (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), (nuint)(pinned.Length * (long)elementBytes), sizes, (nuint)shape.Length, element, &value));
        }

        (int namePlace, int valuePlace) = Places(bound.Count);
        handles[namePlace] = Marshal.StringToCoTaskMemUTF8(name);
        handles[valuePlace] = value;
        bound.Add(pinned);
        return this;
    }

    private (int Name, int Value) Places(int n) => n < inputs ? (n, inputs + n) : (n + inputs, n + inputs + outputs);
}
