import type { ReactNode } from "react";

function icon(children: ReactNode) {
  return function Icon({ size = 16 }: { readonly size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden
      >
        {children}
      </svg>
    );
  };
}

export const JobsIcon = icon(<path d="M2.5 4h11M2.5 8h7M2.5 12h9" />);
export const WorkersIcon = icon(
  <>
    <rect x="2.5" y="3" width="11" height="4" rx="1" />
    <rect x="2.5" y="9" width="11" height="4" rx="1" />
    <path d="M5 5h.01M5 11h.01" />
  </>,
);
export const FilesIcon = icon(<path d="M2.5 12.5v-9h4l1.5 2h5.5v7z" />);
export const ProfileIcon = icon(
  <>
    <circle cx="8" cy="5.5" r="2.5" />
    <path d="M3 13.5c.6-2.6 2.4-4 5-4s4.4 1.4 5 4" />
  </>,
);
export const AdminIcon = icon(<path d="M8 1.8l5 2v4c0 3.2-2 5.4-5 6.4-3-1-5-3.2-5-6.4v-4z" />);
export const CompareIcon = icon(<path d="M2.5 12.5l3.5-5 3 3 4.5-7M2.5 8l3 1.5" />);
export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4.2" />
    <path d="M10.2 10.2l3.3 3.3" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
  </>,
);
export const MoonIcon = icon(<path d="M13 9.6A5.4 5.4 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z" />);
export const SignOutIcon = icon(<path d="M6 2.5H3v11h3M10 5l3 3-3 3M13 8H6.5" />);
export const ChevronDownIcon = icon(<path d="M4 6l4 4 4-4" />);
export const ChevronUpIcon = icon(<path d="M4 10l4-4 4 4" />);
export const DownloadIcon = icon(<path d="M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.5h10" />);
export const StopIcon = icon(<rect x="4" y="4" width="8" height="8" rx="1" />);
export const AgainIcon = icon(<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3" />);
export const FileIcon = icon(<path d="M4 1.8h5l3 3v9.4H4zM9 1.8v3h3" />);
export const MoreIcon = icon(<path d="M8 3.5h.01M8 8h.01M8 12.5h.01" />);
export const UploadIcon = icon(<path d="M8 10.2V2.7M4.8 5.8L8 2.6l3.2 3.2M3 13.5h10" />);
export const PauseIcon = icon(<path d="M5.5 3.5v9M10.5 3.5v9" />);
export const PlayIcon = icon(<path d="M5 3l7.5 5L5 13z" />);
export const CloseIcon = icon(<path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />);
