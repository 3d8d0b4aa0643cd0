using System.Runtime.CompilerServices;

namespace AttentionGen.GpuExecutor;

/// <summary>
/// One allocation. Every 4-byte cell remembers who wrote it and who read it last, and in which interval between barriers; that is what races are found by.
/// </summary>
internal sealed unsafe class DeviceMemory
{
    private const byte Poison = 0xFD;
    private const int CellBytes = 4, Several = -2, Host = -1;

    private readonly byte[] _data;
    private readonly Access[] _writes, _reads;
    private readonly string _name;

    public DeviceMemory(long bytes, string name)
    {
        // Pinned, and aligned as a device allocates: vectors need it.
        _data = GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        _data.AsSpan().Fill(Poison);
        _writes = new Access[(bytes + CellBytes - 1) / CellBytes];
        _reads = new Access[_writes.Length];
        _name = name;
    }

    public long Bytes => _data.LongLength;

    /// <summary>Whether it was given back.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Where it lies; 0: nobody has asked.</summary>
    public ulong Address { get; set; }

    public T Read<T>(long offset)
        where T : unmanaged => Read<T>(offset, GroupThread.Current);

    /// <summary>Reads for a thread; null: for the host.</summary>
    public T Read<T>(long offset, GroupThread? thread)
        where T : unmanaged
    {
        Check<T>(offset);
        if (thread is not null)
        {
            for (long cell = offset / CellBytes; cell * CellBytes < offset + sizeof(T); cell++)
            {
                NoteRead(cell, thread);
            }
        }

        return Unsafe.ReadUnaligned<T>(ref _data[offset]);
    }

    public void Write<T>(long offset, T value)
        where T : unmanaged => Write(offset, value, GroupThread.Current);

    /// <summary>Writes for a thread; null: for the host.</summary>
    public void Write<T>(long offset, T value, GroupThread? thread)
        where T : unmanaged
    {
        Check<T>(offset);
        if (thread is not null)
        {
            for (long cell = offset / CellBytes; cell * CellBytes < offset + sizeof(T); cell++)
            {
                NoteWrite(cell, thread);
            }
        }

        Unsafe.WriteUnaligned(ref _data[offset], value);
    }

    /// <summary>An asynchronous copy sets out: until it has ended, the cells hold nothing.</summary>
    public void BeginCopy(long offset, int bytes, GroupThread thread)
    {
        Check<UInt128>(offset);
        for (long cell = offset / CellBytes; cell * CellBytes < offset + bytes; cell++)
        {
            NoteWrite(cell, thread);
            _writes[cell] = default;
        }
    }

    /// <summary>An asynchronous copy has ended.</summary>
    public void EndCopy(long offset, UInt128 value, GroupThread thread)
    {
        for (long cell = offset / CellBytes; cell * CellBytes < offset + sizeof(UInt128); cell++)
        {
            if (_writes[cell].Interval != 0)
            {
                throw new DeviceFault(FaultKind.Race, $"cell {cell} of {_name} was written while a copy to it was under way.");
            }
        }

        Write(offset, value, thread);
    }

    /// <summary>The bytes, for copies from and to the host, which count as writes of the host.</summary>
    public Span<byte> HostBytes(long offset, long count, bool writes)
    {
        if (writes)
        {
            long from = offset / CellBytes, past = (offset + count + CellBytes - 1) / CellBytes;
            Array.Fill(_writes, new Access(Interval: 1, Host), (int)from, (int)(past - from));
        }

        return _data.AsSpan((int)offset, (int)count);
    }

    private void Check<T>(long offset)
        where T : unmanaged
    {
        if (offset < 0 || offset + sizeof(T) > Bytes)
        {
            throw new DeviceFault(FaultKind.OutOfBounds, $"{sizeof(T)} bytes at byte {offset} of {_name}, which has {Bytes}.");
        }

        if (offset % sizeof(T) != 0 && sizeof(T) % CellBytes == 0)
        {
            throw new DeviceFault(FaultKind.Misaligned, $"{typeof(T).Name} of {sizeof(T)} bytes at byte {offset} of {_name}.");
        }
    }

    private void NoteRead(long cell, GroupThread thread)
    {
        Access write = _writes[cell];
        if (write.Interval == 0)
        {
            throw new DeviceFault(FaultKind.Uninitialised, $"thread {thread.Index} of group {thread.Group.Index} reads cell {cell} of {_name}, which nothing was written to.");
        }

        if (Conflicts(write, thread))
        {
            throw new DeviceFault(FaultKind.Race, $"thread {thread.Index} of group {thread.Group.Index} reads cell {cell} of {_name}, which thread {write.Thread} wrote without a barrier between.");
        }

        Access read = _reads[cell];
        bool again = read.Interval == thread.Group.Interval && read.Thread != thread.Index;
        _reads[cell] = new Access(thread.Group.Interval, again ? Several : thread.Index);
    }

    private void NoteWrite(long cell, GroupThread thread)
    {
        Access write = _writes[cell], read = _reads[cell];
        if (Conflicts(write, thread) || Conflicts(read, thread))
        {
            bool wrote = Conflicts(write, thread);
            int other = wrote ? write.Thread : read.Thread;
            throw new DeviceFault(FaultKind.Race, $"thread {thread.Index} of group {thread.Group.Index} writes cell {cell} of {_name}, which {(other == Several ? "several threads" : $"thread {other}")} {(wrote ? "wrote" : "read")} without a barrier between.");
        }

        _writes[cell] = new Access(thread.Group.Interval, thread.Index);
    }

    // Intervals count on from group to group and from launch to launch: another group of the same launch is never ordered before this one.
    private static bool Conflicts(Access access, GroupThread thread) =>
        access.Interval >= thread.Group.FirstIntervalOfLaunch
        && (access.Interval < thread.Group.FirstInterval || (access.Interval == thread.Group.Interval && access.Thread != thread.Index));

    private readonly record struct Access(long Interval, int Thread);
}
