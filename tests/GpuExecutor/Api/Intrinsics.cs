using System.Runtime.CompilerServices;
using AttentionGen.GpuExecutor;

namespace ILGPU;

/// <summary>The calling thread's group.</summary>
public static class Group
{
    public static int IdxX => Here.Index;

    public static int DimX => Here.Group.Size;

    internal static GroupThread Here => GroupThread.Current ?? throw new InvalidOperationException("Expected to be inside of a kernel.");

    public static void Barrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Meet(0, file, line);

    public static bool BarrierOr(bool predicate, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        foreach (ulong given in Meet(predicate ? 1UL : 0UL, file, line))
        {
            if (given != 0)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<ulong> Meet(ulong given, string file, int line) => Here.Group.Barrier(Here, given, $"{Path.GetFileName(file)}:{line}");
}

/// <summary>The calling thread's place in the grid.</summary>
public static class Grid
{
    public static int IdxX => Group.Here.Group.Index;

    public static int DimX => Group.Here.Group.GridSize;
}

/// <summary>The calling thread's warp.</summary>
public static class Warp
{
    public static int WarpSize => GroupRun.WarpSize;

    public static int LaneIdx => Group.Here.Index % GroupRun.WarpSize;

    public static T ShuffleXor<T>(T variable, int mask, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        GroupThread thread = Group.Here;
        ulong given = 0;
        Unsafe.As<ulong, T>(ref given) = variable;
        ulong taken = thread.Group.Shuffle(thread, given, LaneIdx ^ mask, $"{Path.GetFileName(file)}:{line}");
        return Unsafe.As<ulong, T>(ref taken);
    }
}

/// <summary>Memory that the threads of a group share; poisoned, and unknown to hold anything until it is written.</summary>
public static unsafe class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => new(Group.Here.Group.Share(Group.Here, (long)extent * sizeof(T)), 0, extent);

    /// <summary>The shared memory that the launch asked for.</summary>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => new(Group.Here.Group.Dynamic, 0, Group.Here.Group.Dynamic.Bytes / sizeof(T));
}

/// <summary>Bits of floats.</summary>
public static class Interop
{
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    public static Half IntAsFloat(ushort value) => new(BitConverter.UInt16BitsToHalf(value));

    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);
}

/// <summary>Mathematical functions of devices.</summary>
public static class IntrinsicMath
{
    public static class CPUOnly
    {
        public static float Exp2(float value) => MathF.Pow(2f, value);

        public static float Log2(float value) => MathF.Log2(value);
    }
}
